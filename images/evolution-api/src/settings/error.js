/** A mistake in the variables given to the container: its message is for the operator and holds no value of a secret. */
export class SettingsError extends Error {
  name = 'SettingsError';
}
