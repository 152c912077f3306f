/**
 * Which browsers may call: `CORS_ORIGIN`, `CORS_METHODS`, `CORS_CREDENTIALS`.
 */

/**
 * @param {{credentials: boolean, methods: string, origins: string[]}} settings
 * @param {import('node:http').IncomingHttpHeaders} request
 * @returns {Record<string, string>} nothing for an origin that is not listed: its browser refuses the answer
 */
export function corsHeaders(settings, request) {
  const { origin } = request;
  if (!origin || !(settings.origins.includes('*') || settings.origins.includes(origin))) return {};
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': settings.methods,
    'Access-Control-Allow-Headers': request['access-control-request-headers'] ?? '*',
    Vary: 'Origin',
    ...(settings.credentials ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
  };
}
