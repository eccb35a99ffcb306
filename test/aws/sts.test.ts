// Who calls, whose key it is, and what a refusal meant, through the official SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthorizationMessages } from '../../src/services/authorization-message.ts';
import { accountId, cloud, createUserWithKey, otherAccountId, root } from './iam-fixture.ts';
import { failure } from './sdk-cloud.ts';

const sts = cloud.sts(accountId);

test('getCallerIdentity tells root and users apart, and needs no permission', async () => {
  const { UserId, Account, Arn } = await sts.getCallerIdentity({});
  assert.deepEqual([UserId, Account, Arn], [accountId, accountId, `arn:aws:iam::${accountId}:root`]);
  const { user, caller } = await createUserWithKey('someone');
  const own = await cloud.sts(caller).getCallerIdentity({});
  assert.deepEqual([own.UserId, own.Account, own.Arn], [user.UserId, accountId, user.Arn]);
});

test('getAccessKeyInfo tells whose a key is, to everyone', async () => {
  const { AccessKey: key } = await root.createAccessKey({ UserName: 'someone' });
  const AccessKeyId = key!.AccessKeyId!;
  const { Account } = await cloud.sts(otherAccountId).getAccessKeyInfo({ AccessKeyId });
  assert.equal(Account, accountId);
  await assert.rejects(
    sts.getAccessKeyInfo({ AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }),
    failure('InvalidClientTokenId'),
  );
  await assert.rejects(sts.getAccessKeyInfo({ AccessKeyId: 'short' }), failure('ValidationError'));
  await assert.rejects(
    sts.getAccessKeyInfo({ AccessKeyId: 'ASIAAAAAAAAAAAAAAAAA' }),
    failure('NotImplemented'),
  );
});

test('decodeAuthorizationMessage reads what a refusal encoded, and nothing else', async () => {
  const { caller } = await createUserWithKey('curious');
  const refused = await cloud
    .ec2(caller)
    .describeVpcs({})
    .catch((error: Error) => error.message);
  const EncodedMessage = String(refused).split('failure message: ')[1]!;
  const { DecodedMessage } = await sts.decodeAuthorizationMessage({ EncodedMessage });
  assert.equal(JSON.parse(DecodedMessage!).context.action, 'ec2:DescribeVpcs');
  const forged = createAuthorizationMessages(Buffer.alloc(32)).encode(JSON.parse(DecodedMessage!));
  await assert.rejects(
    sts.decodeAuthorizationMessage({ EncodedMessage: forged }),
    failure('InvalidAuthorizationMessageException'),
  );
  await assert.rejects(
    sts.decodeAuthorizationMessage({ EncodedMessage: 'nothing of ours' }),
    failure('InvalidAuthorizationMessageException'),
  );
  await assert.rejects(
    cloud.sts(caller).decodeAuthorizationMessage({ EncodedMessage }),
    failure('AccessDenied', /sts:DecodeAuthorizationMessage/),
  );
});

test('what is not built says so', async () => {
  await assert.rejects(sts.getSessionToken({}), failure('NotImplemented'));
  await assert.rejects(sts.getFederationToken({ Name: 'some' }), failure('NotImplemented'));
});
