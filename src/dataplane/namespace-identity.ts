// Tells a namespace from another that was made later under the same name: who has sockets in the old one opens new ones.

import { statSync } from 'node:fs';

/** Undefined when there is none. KERNEL: an inode is not given away again while a socket of ours still holds the namespace. */
export function identifyNamespace(namespacePath: string): string | undefined {
  const found = statSync(namespacePath, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
