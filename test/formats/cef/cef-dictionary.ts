// The keys that a producer of CEF may send: names, types and lengths as the table of the CEF standard 25.1 gives them, by
// way of klasen/vue-cef-viewer (MIT, copyright 2019 Norbert Klasen). Header limits as in edition 26 of the standard.

/** What a key may hold. */
export type CefType =
  | 'String'
  | 'Integer'
  | 'Long'
  | 'Double'
  | 'DateTime'
  | 'IpAddress'
  | 'IPv6 Address'
  | 'MacAddress'
  | 'Direction'
  | 'Type';

/** A key's type, and its longest value in UTF-16 units where there is a limit. */
export interface CefKey {
  readonly type: CefType;
  readonly most?: number;
}

/** The longest values of the header's fields. */
export const HEADER_LIMITS = { vendor: 63, product: 63, deviceVersion: 31, classId: 1023, name: 512 };

/** Every key that a producer may send. */
export const PRODUCER_KEYS: ReadonlyMap<string, CefKey> = new Map([
  ...strings(31, 'app proto'),
  ...strings(40, 'externalId'),
  ...strings(63, 'act dvchost outcome'),
  ...strings(128, 'deviceInboundInterface deviceOutboundInterface devicePayloadId'),
  ...strings(128, 'flexDate1Label flexString1Label flexString2Label'),
  ...strings(255, 'destinationDnsDomain deviceDnsDomain deviceExternalId deviceNtDomain dntdom dtz fileHash'),
  ...strings(255, 'oldFileHash sntdom sourceDnsDomain'),
  ...strings(1023, 'c6a1Label c6a2Label c6a3Label c6a4Label cfp1Label cfp2Label cfp3Label cfp4Label'),
  ...strings(1023, 'cn1Label cn2Label cn3Label cs1Label cs2Label cs3Label cs4Label cs5Label cs6Label'),
  ...strings(1023, 'deviceCustomDate1Label deviceCustomDate2Label cat destinationServiceName deviceFacility'),
  ...strings(1023, 'deviceProcessName dhost dpriv dproc duid duser fileId filePath filePermission fileType'),
  ...strings(1023, 'flexString1 flexString2 fname msg oldFileId oldFileName oldFilePath oldFilePermission'),
  ...strings(1023, 'oldFileType reason request requestClientApplication requestCookies requestMethod shost'),
  ...strings(1023, 'sourceServiceName spriv sproc suid suser'),
  ...strings(2048, 'requestContext'),
  ...strings(4000, 'cs1 cs2 cs3 cs4 cs5 cs6'),
  ...others('Integer', 'cnt destinationTranslatedPort dpid dpt dvcpid sourceTranslatedPort spid spt'),
  ...others('Long', 'cn1 cn2 cn3 fsize in oldFileSize out'),
  ...others('Double', 'cfp1 cfp2 cfp3 cfp4'),
  ...others('DateTime', 'deviceCustomDate1 deviceCustomDate2 end fileCreateTime fileModificationTime flexDate1'),
  ...others('DateTime', 'oldFileCreateTime oldFileModificationTime rt start'),
  ...others('IpAddress', 'destinationTranslatedAddress deviceTranslatedAddress dst dvc sourceTranslatedAddress src'),
  ...others('IPv6 Address', 'c6a1 c6a2 c6a3 c6a4'),
  ...others('MacAddress', 'dmac dvcmac smac'),
  ...others('Direction', 'deviceDirection'),
  ...others('Type', 'type'),
]);

/** Keys that only the reader's side sets; a producer that sends them is refused. */
export const CONSUMER_KEYS: ReadonlySet<string> = new Set(
  [
    'agentDnsDomain agentNtDomain agentTranslatedAddress agentTranslatedZoneExternalID agentTranslatedZoneURI',
    'agentZoneExternalID agentZoneURI agt ahost aid amac art at atz av customerExternalID customerURI',
    'destinationTranslatedZoneExternalID destinationTranslatedZoneURI destinationZoneExternalID destinationZoneURI',
    'deviceTranslatedZoneExternalID deviceTranslatedZoneURI deviceZoneExternalID deviceZoneURI dlat dlong eventId',
    'rawEvent slat slong sourceTranslatedZoneExternalID sourceTranslatedZoneURI sourceZoneExternalID sourceZoneURI',
    'agentTranslatedZoneKey agentZoneKey customerKey dZoneKey destinationTranslatedZoneKey deviceTranslatedZoneKey',
    'deviceZoneKey parserIdentifier parserVersion sTranslatedZoneKey sZoneKey',
  ].flatMap((line) => line.split(' ')),
);

function strings(most: number, names: string): [string, CefKey][] {
  return names.split(' ').map((name) => [name, { type: 'String', most }]);
}

function others(type: CefType, names: string): [string, CefKey][] {
  return names.split(' ').map((name) => [name, { type }]);
}
