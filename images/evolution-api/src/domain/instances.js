/**
 * Life of an instance: created, loaded after a restart, logged out, connected again, removed.
 */
import { randomUUID } from 'node:crypto';
import { INTEGRATIONS } from '../contract.js';
import { describeError } from '../log.js';
import { badRequest, forbidden, notFound } from '../http/errors.js';

const UNIQUE_VIOLATION = '23505';

/** WhatsApp's own reason code for a session that was logged out. */
const LOGGED_OUT = 401;

/**
 * @param {object} parts
 * @param {import('../events/bus.js').Bus} parts.bus
 * @param {import('../log.js').Log} parts.log
 * @param {import('./registry.js').Registry} parts.registry
 * @param {boolean} parts.saves whether the rows in Postgres bring instances back after a restart
 * @param {import('../redis/sessions.js').Sessions} parts.sessions
 * @param {ReturnType<typeof import('../store/instances.js').createInstanceStore>} parts.store
 * @param {ReturnType<typeof import('./workspace.js').createWorkspace>} parts.workspace
 */
export function createInstances({ bus, log, registry, saves, sessions, store, workspace }) {
  const known = (name) => {
    const instance = registry.get(name);
    // The row may exist under another client name: the guard lets it pass, yet this process does not serve it.
    if (!instance) throw notFound(`The "${name}" instance does not exist`);
    return instance;
  };

  const setState = async (instance, state, reasonCode) => {
    await store.setState(instance.id, state, reasonCode);
    instance.state = state;
    bus.emit('connection.update', instance, { instance: instance.name, state, statusReason: reasonCode ?? 200 });
  };

  /** The code default saves nothing, and then only what Redis remembers is found again. */
  const stored = async () => {
    if (saves) return store.all();
    return sessions.decide ? store.byIds(await sessions.ids()) : [];
  };

  return {
    known,

    /** Brings back the stored instances, with the state they had. */
    load: async () => {
      for (const row of await stored()) {
        await workspace.make(row.id);
        registry.add(row);
      }
      log.info('loaded instances', { count: registry.size });
    },

    /**
     * @param {ReturnType<typeof import('./createRequest.js').readCreateRequest>} request
     * @returns {Promise<import('./registry.js').Instance>}
     */
    create: async (request) => {
      const row = newRow(request);
      await workspace.make(row.id);
      try {
        await store.insert(row, request.settings, request);
      } catch (error) {
        await workspace.remove(row.id);
        if (error.code === UNIQUE_VIOLATION) throw forbidden(`This name "${row.name}" is already in use.`);
        throw error;
      }
      const instance = registry.add(row);
      await sessions.keep(instance);
      log.info('created', { instance: row.name, integration: row.integration });
      if (row.integration !== INTEGRATIONS.evolution) {
        log.warn('stored only: nothing here ever contacts WhatsApp', { instance: row.name });
      }
      bus.emit('instance.create', instance, { instanceName: instance.name, instanceId: instance.id });
      return instance;
    },

    /** Opens a logged-out EVOLUTION instance, as scanning a code would; the others stay as they are. */
    connect: async (name) => {
      const instance = known(name);
      if (instance.integration === INTEGRATIONS.evolution && instance.state !== 'open') {
        await sessions.keep(instance);
        await setState(instance, 'open', null);
      }
      return instance;
    },

    restart: async (name) => {
      const instance = known(name);
      if (instance.state === 'close') throw badRequest(`The "${name}" instance is not connected`);
      await setState(instance, instance.state, null);
      return instance;
    },

    logout: async (name) => {
      const instance = known(name);
      if (instance.state !== 'open') throw badRequest(`The "${name}" instance is not connected`);
      await setState(instance, 'close', LOGGED_OUT);
      await sessions.forget(instance);
      log.info('logged out', { instance: name });
    },

    remove: async (name) => {
      const instance = known(name);
      // Before the row goes, and waited for: the address to tell is part of what is deleted.
      await bus.emit('instance.delete', instance, { instanceName: instance.name, instanceId: instance.id });
      await store.remove(instance.id);
      registry.remove(name);
      await sessions.forget(instance);
      await workspace.remove(instance.id).catch((error) => {
        log.warn('left a folder behind', { instance: name, ...describeError(error) });
      });
      log.info('removed', { instance: name });
    },
  };
}

/** @returns {import('../store/instances.js').InstanceRow} */
function newRow({ integration, name, number, qrcode, token }) {
  const idle = qrcode ? 'connecting' : 'close';
  return {
    id: randomUUID(),
    name,
    connectionStatus: integration === INTEGRATIONS.evolution ? 'open' : idle,
    integration,
    number,
    businessId: null,
    token: token ?? randomUUID().toUpperCase(),
  };
}
