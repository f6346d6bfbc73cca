import type { SecretVault } from '../../lambdas/core/ports/secret-vault.ts';

/** Secrets in memory, each write a version of its own; tests look into `secrets`. */
export function createMemoryVault(
  secrets: Map<string, string>,
): SecretVault & { readonly writes: string[] } {
  const versions = new Map<string, number>();
  const writes: string[] = [];
  const versionOf = (id: string): string => `v${versions.get(id) ?? 0}`;
  const put = (id: string, text: string): void => {
    secrets.set(id, text);
    versions.set(id, (versions.get(id) ?? 0) + 1);
    writes.push(id);
  };
  return {
    writes,
    read: async (id) => {
      const text = secrets.get(id);
      return text === undefined ? undefined : { text, isGenerated: false, version: versionOf(id) };
    },
    write: async (id, text) => put(id, text),
    replace: async (id, text, version) => {
      if (version !== versionOf(id)) return 'changed';
      put(id, text);
      return 'replaced';
    },
  };
}
