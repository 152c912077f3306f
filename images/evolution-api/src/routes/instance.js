/**
 * `/instance/*`: create, look up and steer instances.
 */
import { INTEGRATIONS } from '../contract.js';
import { readCreateRequest } from '../domain/createRequest.js';
import { notFound } from '../http/errors.js';

/** A code nobody can scan: the twin has no WhatsApp to pair with. */
const NO_CODE = Object.freeze({ pairingCode: null, code: null, base64: null, count: 0 });

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../http/guards.js').createGuards>} parts.guards
 * @param {ReturnType<typeof import('../domain/instances.js').createInstances>} parts.instances
 * @param {import('../settings/settings.js').Settings} parts.settings
 * @param {ReturnType<typeof import('../store/instances.js').createInstanceStore>} parts.store
 * @returns {import('../http/router.js').Route[]}
 */
export function instanceRoutes({ guards, instances, settings, store }) {
  const own = [guards.exists, guards.holdsKey];
  const stateOf = ({ name, state }) => ({ status: 200, body: { instance: { instanceName: name, state } } });
  const success = (message) => ({ status: 200, body: { status: 'SUCCESS', error: false, response: { message } } });

  const create = async ({ body }) => {
    const request = readCreateRequest(body, settings.rabbitmq.enabled);
    const instance = await instances.create(request);
    return { status: 201, body: createdBody(instance, request, body, settings) };
  };

  const fetch = async ({ key, query }) => {
    const filter = { name: query.get('instanceName'), id: query.get('instanceId'), number: query.get('number') };
    if (!guards.isGlobal(key)) filter.names = (await store.byToken(key)).map(({ name }) => name);
    const rows = await store.detailed(filter);
    const wanted = filter.name ?? filter.id ?? filter.number;
    if (wanted && rows.length === 0) throw notFound(`Instance "${wanted}" not found`);
    return { status: 200, body: rows };
  };

  const connect = async ({ params }) => {
    const instance = await instances.connect(params.instanceName);
    return instance.state === 'open' ? stateOf(instance) : { status: 200, body: NO_CODE };
  };

  const logout = async ({ params }) => {
    await instances.logout(params.instanceName);
    return success('Instance logged out');
  };

  const remove = async ({ params }) => {
    await instances.remove(params.instanceName);
    return success('Instance deleted');
  };

  const state = ({ params }) => stateOf(instances.known(params.instanceName));
  const restart = async ({ params }) => stateOf(await instances.restart(params.instanceName));

  return [
    { method: 'POST', path: '/instance/create', guards: [guards.nameIsFree, guards.holdsKey], handle: create },
    { method: 'GET', path: '/instance/fetchInstances', guards: [guards.holdsAnyKey], handle: fetch },
    { method: 'GET', path: '/instance/connectionState/:instanceName', guards: own, handle: state },
    { method: 'GET', path: '/instance/connect/:instanceName', guards: own, handle: connect },
    { method: 'POST', path: '/instance/restart/:instanceName', guards: own, handle: restart },
    { method: 'DELETE', path: '/instance/logout/:instanceName', guards: own, handle: logout },
    { method: 'DELETE', path: '/instance/delete/:instanceName', guards: own, handle: remove },
  ];
}

function createdBody(instance, request, body, settings) {
  const business = instance.integration === INTEGRATIONS.business;
  const { webhook } = request;
  return {
    instance: {
      instanceName: instance.name,
      instanceId: instance.id,
      integration: instance.integration,
      webhookWaBusiness: business ? `${settings.server.url}/webhook/meta` : null,
      accessTokenWaBusiness: business ? settings.webhook.tokenWaBusiness : '',
      status: instance.state,
    },
    hash: instance.token,
    webhook: webhook
      ? {
          webhookUrl: webhook.url,
          webhookHeaders: webhook.headers ?? undefined,
          webhookByEvents: webhook.webhookByEvents,
          webhookBase64: webhook.webhookBase64,
        }
      : {},
    websocket: { enabled: body.websocket?.enabled },
    rabbitmq: { enabled: body.rabbitmq?.enabled },
    nats: { enabled: body.nats?.enabled },
    sqs: { enabled: body.sqs?.enabled },
    settings: request.settings,
    qrcode: request.qrcode && instance.integration === INTEGRATIONS.baileys ? NO_CODE : undefined,
  };
}
