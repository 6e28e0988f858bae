/**
 * What no function ever loads, and is left out of its file. All of it is imported at the moment of its first use, so leaving it
 * out changes nothing until then; a use after all would fail with its name.
 */
export const NEVER_LOADED: readonly string[] = [
  // undici: a second parser, for processors without SIMD; bodies that are forms or streams.
  '*/llhttp/llhttp-wasm.js',
  '*/web/fetch/body.js',
  // The SDK: where it looks for credentials that are not in the environment. Lambda puts a function's credentials there.
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];
