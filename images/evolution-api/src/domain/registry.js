/**
 * The instances this process serves, in memory: state and routes answer from here even while Postgres is away.
 */

/**
 * @typedef {object} Instance
 * @property {string} id
 * @property {string} name
 * @property {string} integration
 * @property {string | null} number
 * @property {string} token
 * @property {'open' | 'close' | 'connecting'} state
 */

export class Registry {
  /** @type {Map<string, Instance>} */
  #byName = new Map();

  /** @param {import('../store/instances.js').InstanceRow} row @returns {Instance} */
  add(row) {
    const instance = {
      id: row.id,
      name: row.name,
      integration: row.integration,
      number: row.number,
      token: row.token,
      state: row.connectionStatus,
    };
    this.#byName.set(instance.name, instance);
    return instance;
  }

  /** @param {string} name @returns {Instance | undefined} */
  get(name) {
    return this.#byName.get(name);
  }

  /** The oldest instance with this number, as an inbound event names nothing else. @param {string} number */
  byNumber(number) {
    return this.all().find((instance) => instance.number === number);
  }

  /** @param {string} name */
  remove(name) {
    this.#byName.delete(name);
  }

  get size() {
    return this.#byName.size;
  }

  /** @returns {Instance[]} oldest first */
  all() {
    return [...this.#byName.values()];
  }
}
