// Facts of OCSF 1.3.0, copied from the schema of ocsf/ocsf-schema, tag 1.3.0, licensed under the Apache License 2.0
// (https://www.apache.org/licenses/LICENSE-2.0). Changed: flattened, cut down to the classes and objects that a reader
// of audit events needs, descriptions and the attributes of profiles other than `host` left out.

/** Attributes by type: `string_t`, `string_t[]`, the name of an object; required ones end in `!`, and those of the host profile in `@host`. */
export interface Shape {
  readonly attributes: Readonly<Record<string, string>>;
  readonly atLeastOne?: readonly string[];
  readonly enums?: Readonly<Record<string, Readonly<Record<number, string>>>>;
}

export interface ClassShape extends Shape {
  readonly caption: string;
  readonly categoryUid: number;
  readonly activities: Readonly<Record<number, string>>;
}

export const VERSION = '1.3.0';

export const CATEGORIES: Readonly<Record<number, string>> = {
  0: 'Uncategorized',
  3: 'Identity & Access Management',
  6: 'Application Activity',
};

const SEVERITIES = {
  0: 'Unknown',
  1: 'Informational',
  2: 'Low',
  3: 'Medium',
  4: 'High',
  5: 'Critical',
  6: 'Fatal',
  99: 'Other',
};
const STATUSES = { 0: 'Unknown', 1: 'Success', 2: 'Failure', 99: 'Other' };
const ENUMS = { severity_id: SEVERITIES, status_id: STATUSES };

/** What every class has. */
const BASE = {
  activity_id: 'integer_t!',
  activity_name: 'string_t',
  category_name: 'string_t',
  category_uid: 'integer_t!',
  class_name: 'string_t',
  class_uid: 'integer_t!',
  count: 'integer_t',
  duration: 'long_t',
  end_time: 'timestamp_t',
  message: 'string_t',
  metadata: 'metadata!',
  observables: 'observable[]',
  raw_data: 'string_t',
  severity: 'string_t',
  severity_id: 'integer_t!',
  start_time: 'timestamp_t',
  status: 'string_t',
  status_code: 'string_t',
  status_detail: 'string_t',
  status_id: 'integer_t',
  time: 'timestamp_t!',
  timezone_offset: 'integer_t',
  type_name: 'string_t',
  type_uid: 'long_t!',
  unmapped: 'object',
};
const HOST_PROFILE = { actor: 'actor@host', device: 'device@host' };
const ALL = { ...BASE, ...HOST_PROFILE, src_endpoint: 'network_endpoint' };

export const CLASSES: Readonly<Record<number, ClassShape>> = {
  0: { caption: 'Base Event', categoryUid: 0, activities: {}, attributes: BASE, enums: ENUMS },
  3001: {
    caption: 'Account Change',
    categoryUid: 3,
    activities: {
      1: 'Create',
      2: 'Enable',
      3: 'Password Change',
      4: 'Password Reset',
      5: 'Disable',
      6: 'Delete',
      7: 'Attach Policy',
      8: 'Detach Policy',
      9: 'Lock',
      10: 'MFA Factor Enable',
      11: 'MFA Factor Disable',
    },
    attributes: { ...ALL, actor: 'actor', user: 'user!', user_result: 'user' },
    enums: ENUMS,
  },
  3002: {
    caption: 'Authentication',
    categoryUid: 3,
    activities: {
      1: 'Logon',
      2: 'Logoff',
      3: 'Authentication Ticket',
      4: 'Service Ticket Request',
      5: 'Service Ticket Renew',
      6: 'Preauth',
    },
    attributes: {
      ...ALL,
      actor: 'actor',
      auth_protocol: 'string_t',
      dst_endpoint: 'network_endpoint',
      is_mfa: 'boolean_t',
      is_remote: 'boolean_t',
      logon_type: 'string_t',
      service: 'service',
      user: 'user!',
    },
    atLeastOne: ['service', 'dst_endpoint'],
    enums: ENUMS,
  },
  3004: {
    caption: 'Entity Management',
    categoryUid: 3,
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Move',
      6: 'Enroll',
      7: 'Unenroll',
      8: 'Enable',
      9: 'Disable',
      10: 'Activate',
      11: 'Deactivate',
      12: 'Suspend',
      13: 'Resume',
    },
    attributes: {
      ...ALL,
      access_list: 'string_t[]',
      comment: 'string_t',
      entity: 'managed_entity!',
      entity_result: 'managed_entity',
    },
    enums: ENUMS,
  },
  3006: {
    caption: 'Group Management',
    categoryUid: 3,
    activities: {
      1: 'Assign Privileges',
      2: 'Revoke Privileges',
      3: 'Add User',
      4: 'Remove User',
      5: 'Delete',
      6: 'Create',
    },
    attributes: { ...ALL, group: 'group!', privileges: 'string_t[]', user: 'user' },
    atLeastOne: ['privileges', 'user'],
    enums: ENUMS,
  },
  6001: {
    caption: 'Web Resources Activity',
    categoryUid: 6,
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Search',
      6: 'Import',
      7: 'Export',
      8: 'Share',
    },
    attributes: {
      ...ALL,
      dst_endpoint: 'network_endpoint',
      web_resources: 'web_resource[]!',
      web_resources_result: 'web_resource[]',
    },
    enums: ENUMS,
  },
};

const ENDPOINT_NAMES = ['ip', 'uid', 'name', 'hostname', 'instance_uid', 'interface_uid', 'interface_name'];
const ENDPOINT_TYPES = {
  0: 'Unknown',
  1: 'Server',
  2: 'Desktop',
  3: 'Laptop',
  4: 'Tablet',
  5: 'Mobile',
  6: 'Virtual',
  7: 'IOT',
  8: 'Browser',
  99: 'Other',
};

export const OBJECTS: Readonly<Record<string, Shape>> = {
  metadata: {
    attributes: {
      correlation_uid: 'string_t',
      event_code: 'string_t',
      labels: 'string_t[]',
      log_level: 'string_t',
      log_name: 'string_t',
      log_provider: 'string_t',
      log_version: 'string_t',
      logged_time: 'timestamp_t',
      loggers: 'logger[]',
      modified_time: 'timestamp_t',
      original_time: 'string_t',
      processed_time: 'timestamp_t',
      product: 'product!',
      profiles: 'string_t[]',
      sequence: 'integer_t',
      tenant_uid: 'string_t',
      uid: 'string_t',
      version: 'string_t!',
    },
  },
  product: {
    attributes: {
      lang: 'string_t',
      name: 'string_t',
      path: 'string_t',
      uid: 'string_t',
      vendor_name: 'string_t!',
      version: 'string_t',
    },
    atLeastOne: ['name', 'uid'],
  },
  logger: {
    attributes: {
      log_name: 'string_t',
      logged_time: 'timestamp_t',
      name: 'string_t',
      product: 'product',
      transmit_time: 'timestamp_t',
      uid: 'string_t',
      version: 'string_t',
    },
    atLeastOne: ['name', 'uid'],
  },
  user: {
    attributes: {
      domain: 'string_t',
      email_addr: 'email_t',
      full_name: 'string_t',
      groups: 'group[]',
      name: 'string_t',
      type: 'string_t',
      type_id: 'integer_t',
      uid: 'string_t',
      uid_alt: 'string_t',
    },
    atLeastOne: ['account', 'name', 'uid'],
    enums: { type_id: { 0: 'Unknown', 1: 'User', 2: 'Admin', 3: 'System', 99: 'Other' } },
  },
  actor: {
    attributes: { app_name: 'string_t', app_uid: 'string_t', user: 'user' },
    atLeastOne: ['process', 'user', 'invoked_by', 'session', 'app_name', 'app_uid'],
  },
  group: {
    attributes: {
      desc: 'string_t',
      domain: 'string_t',
      name: 'string_t',
      privileges: 'string_t[]',
      type: 'string_t',
      uid: 'string_t',
    },
    atLeastOne: ['name', 'uid'],
  },
  service: {
    attributes: { labels: 'string_t[]', name: 'string_t', uid: 'string_t', version: 'string_t' },
    atLeastOne: ['name', 'uid'],
  },
  managed_entity: {
    attributes: {
      data: 'json_t',
      device: 'device',
      group: 'group',
      name: 'string_t',
      type: 'string_t',
      type_id: 'integer_t',
      uid: 'string_t',
      user: 'user',
      version: 'string_t',
    },
    atLeastOne: ['name', 'uid', 'device', 'group', 'org', 'policy', 'user'],
    enums: {
      type_id: {
        0: 'Unknown',
        1: 'Device',
        2: 'User',
        3: 'Group',
        4: 'Organization',
        5: 'Policy',
        6: 'Email',
        99: 'Other',
      },
    },
  },
  web_resource: {
    attributes: {
      data: 'json_t',
      desc: 'string_t',
      labels: 'string_t[]',
      name: 'string_t',
      type: 'string_t',
      uid: 'string_t',
      url_string: 'string_t',
    },
    atLeastOne: ['name', 'uid'],
  },
  network_endpoint: {
    attributes: {
      domain: 'string_t',
      hostname: 'hostname_t',
      instance_uid: 'string_t',
      interface_name: 'string_t',
      interface_uid: 'string_t',
      ip: 'ip_t',
      location: 'location',
      name: 'string_t',
      svc_name: 'string_t',
      type: 'string_t',
      type_id: 'integer_t',
      uid: 'string_t',
    },
    atLeastOne: [...ENDPOINT_NAMES, 'svc_name'],
    enums: { type_id: ENDPOINT_TYPES },
  },
  device: {
    attributes: {
      desc: 'string_t',
      domain: 'string_t',
      hostname: 'hostname_t',
      instance_uid: 'string_t',
      interface_name: 'string_t',
      interface_uid: 'string_t',
      ip: 'ip_t',
      location: 'location',
      name: 'string_t',
      region: 'string_t',
      type: 'string_t',
      type_id: 'integer_t!',
      uid: 'string_t',
    },
    atLeastOne: ENDPOINT_NAMES,
    enums: { type_id: ENDPOINT_TYPES },
  },
  location: {
    attributes: {
      city: 'string_t',
      continent: 'string_t',
      country: 'string_t',
      postal_code: 'string_t',
      region: 'string_t',
    },
    atLeastOne: ['city', 'country', 'postal_code', 'region'],
  },
  observable: {
    attributes: { name: 'string_t!', type: 'string_t', type_id: 'integer_t!', value: 'string_t' },
    enums: {
      type_id: {
        0: 'Unknown',
        1: 'Hostname',
        2: 'IP Address',
        3: 'MAC Address',
        4: 'User Name',
        5: 'Email Address',
        6: 'URL String',
        10: 'Resource UID',
        99: 'Other',
      },
    },
  },
};
