// Organizations over HTTP, and the ways accounts come together in one.

import { organizationsService } from '../../src/services/organizations/organizations.ts';
import type { Store } from '../../src/store.ts';
import { startJsonService } from './json-service-fixture.ts';

/** Ends with the file's tests. */
export async function startOrganizations(store: Store) {
  const service = await startJsonService(organizationsService, store);
  const { call } = service;

  /** An organization of the first account, which the others have joined. */
  async function gather(masterAccountId: string, ...accountIds: string[]): Promise<string> {
    const { Organization } = (await call(masterAccountId, 'CreateOrganization')).body;
    for (const accountId of accountIds) await join(masterAccountId, accountId);
    return Organization.Id;
  }

  async function invite(masterAccountId: string, accountId: string): Promise<string> {
    const input = { Target: { Id: accountId, Type: 'ACCOUNT' } };
    return (await call(masterAccountId, 'InviteAccountToOrganization', input)).body.Handshake.Id;
  }

  async function join(masterAccountId: string, accountId: string): Promise<void> {
    const HandshakeId = await invite(masterAccountId, accountId);
    await call(accountId, 'AcceptHandshake', { HandshakeId });
  }

  return { ...service, gather, invite, join };
}
