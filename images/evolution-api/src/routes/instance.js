/**
 * `/instance/*`, `/settings/*` and `/webhook/*`: instances, how they behave, where they report to, and where the channel's
 * events come in.
 *
 * Source: evolution-api 2.3.7, src/api/controllers/instance.controller.ts; src/api/integrations/event/webhook/webhook.schema.ts.
 */
import { EVENTS } from '../contract.js';
import { BEHAVIOUR_PROPERTIES, createdBody, readCreateRequest, readWebhook } from '../create.js';
import { badRequest, notFound, unauthorized } from '../http/errors.js';
import { check } from '../http/validate.js';

const WEBHOOK_SCHEMA = {
  type: 'object',
  required: ['webhook'],
  properties: {
    webhook: {
      type: 'object',
      required: ['enabled', 'url'],
      properties: {
        enabled: { type: 'boolean' },
        url: { type: 'string' },
        headers: { type: 'object' },
        byEvents: { type: 'boolean' },
        base64: { type: 'boolean' },
        events: { type: 'array', items: { type: 'string', enum: EVENTS } },
      },
    },
  },
};

/** Every flag must be there. */
const SETTINGS_SCHEMA = {
  type: 'object',
  required: Object.keys(BEHAVIOUR_PROPERTIES).filter((name) => BEHAVIOUR_PROPERTIES[name].type === 'boolean'),
  properties: BEHAVIOUR_PROPERTIES,
};

export function instanceRoutes({ guards, instances, messages, settings, store }) {
  const ok = (body) => ({ status: 200, body });
  const success = (message) => ok({ status: 'SUCCESS', error: false, response: { message } });
  const stateOf = (name) => ok({ instance: { instanceName: name, state: instances.get(name)?.state } });
  const served = (params) => {
    const instance = instances.get(params.instanceName);
    // The row may exist under another client name, or be on its way out: the guard lets it pass.
    if (!instance) throw new TypeError('Cannot read properties of undefined');
    return instance;
  };

  const create = async ({ body }) => {
    const request = asked(() => readCreateRequest(body));
    let instance;
    try {
      instance = await instances.create(request);
    } catch (error) {
      throw badRequest(error.message);
    }
    return { status: 201, body: createdBody(instance, request, body, settings) };
  };

  const fetchAll = async ({ key, query }) => {
    const [name, id, number] = ['instanceName', 'instanceId', 'number'].map((field) => query.get(field) || undefined);
    let names = name && [name];
    if (!guards.isGlobal(key)) {
      const rows = await store.byToken(key, { id, name });
      if (rows.length === 0) throw unauthorized();
      names = rows.map((row) => row.name);
    } else if (id || number) {
      const row = await store.by(id ? 'id' : 'number', id ?? number);
      if (!row) throw notFound(`Instance "${id ?? number}" not found`);
      names = [row.name];
    }
    const missing = (names ?? []).filter((one) => !instances.get(one));
    if (missing.length > 0) throw notFound(`Instance${missing.length > 1 ? 's' : ''} "${missing.join(', ')}" not found`);
    return ok(await store.detailed(names));
  };

  const connect = async ({ params }) => {
    const instance = served(params);
    await instances.connect(instance);
    // There is no code to scan: of one that would be shown nothing is left.
    return instance.state === 'open' ? stateOf(instance.name) : ok({});
  };

  /** A failure is a 200, and its text an accident of the real server. */
  const restart = ({ params }) => {
    const instance = served(params);
    return instance.state === 'open' ? stateOf(instance.name) : ok({ error: true, message: '[object Object]' });
  };

  const logout = ({ params }) => {
    instances.logout(served(params));
    return success('Instance logged out');
  };

  const remove = ({ params }) => {
    instances.remove(served(params));
    return success('Instance deleted');
  };

  const setSettings = async ({ body, params }) => {
    check(body, SETTINGS_SCHEMA);
    const { id, name } = served(params);
    await store.setBehaviour(id, body);
    return { status: 201, body: { settings: { instanceName: name, settings: body } } };
  };

  const findSettings = async ({ params }) => {
    const { id } = served(params);
    // Whatever goes wrong here is told as "there are none".
    return ok((await store.behaviour(id).catch(() => undefined)) ?? null);
  };

  const setWebhook = async ({ body, params }) => {
    check(body, WEBHOOK_SCHEMA);
    return { status: 201, body: await store.setWebhook(served(params).id, readWebhook(body.webhook)) };
  };

  const findWebhook = async ({ params }) => ok((await store.webhook(served(params).id)) ?? null);

  /** An event nobody takes is a 200 without a body: only the log tells. */
  const receive = async ({ body }) => ((await messages.receive(body)) ? ok({ status: 'success' }) : { status: 200 });

  const own = [guards.exists, guards.holdsKey];
  return [
    { method: 'POST', path: '/instance/create', guards: [guards.nameIsFree, guards.holdsKey], handle: create },
    { method: 'GET', path: '/instance/fetchInstances', guards: [guards.holdsAnyKey], handle: fetchAll },
    { method: 'GET', path: '/instance/connectionState/:instanceName', guards: own, handle: ({ params }) => stateOf(params.instanceName) },
    { method: 'GET', path: '/instance/connect/:instanceName', guards: own, handle: connect },
    { method: 'POST', path: '/instance/restart/:instanceName', guards: own, handle: restart },
    { method: 'DELETE', path: '/instance/logout/:instanceName', guards: own, handle: logout },
    { method: 'DELETE', path: '/instance/delete/:instanceName', guards: own, handle: remove },
    { method: 'POST', path: '/settings/set/:instanceName', guards: own, handle: setSettings },
    { method: 'GET', path: '/settings/find/:instanceName', guards: own, handle: findSettings },
    // No guard: on the real server whoever reaches this route can inject messages. Block it at the public edge.
    { method: 'POST', path: '/webhook/evolution', handle: receive },
    { method: 'POST', path: '/webhook/set/:instanceName', guards: own, handle: setWebhook },
    { method: 'GET', path: '/webhook/find/:instanceName', guards: own, handle: findWebhook },
  ];
}

/** What `create` cannot make sense of is a 400, whoever stumbles over it. */
function asked(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) throw badRequest(error.message);
    throw error;
  }
}
