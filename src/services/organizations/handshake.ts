// Invitations: the management account sends one, the invited account accepts or declines it, the sender may take it back.
// Nothing runs when its time is up: whether one has expired is seen when somebody looks.

import type { Cloud } from '../../cloud/cloud.ts';
import { findOrganizationOf, type Handshake, type Organization } from '../../cloud/organization.ts';
import type { Input } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { notBuilt } from '../parameters.ts';
import { takeOut } from './account.ts';
import {
  accessDenied,
  duplicateHandshake,
  handshakeAlreadyInState,
  handshakeNotFound,
  invalidHandshakeTransition,
  invalidInput,
  invitedIsMember,
} from './errors.ts';
import {
  accountIdPattern,
  cutPage,
  findStructure,
  findText,
  handshakeIdPattern,
  readText,
  refuseOthers,
} from './input.ts';
import { getManagedOrganization, newName, organizationsArn, showTime } from './operation.ts';

const dayMs = 24 * 60 * 60 * 1000;
const expiryMs = 15 * dayMs;
/** AWS: what is over can be seen for so long. */
const keptMs = 30 * dayMs;

type Decision = NonNullable<Handshake['decision']>['state'];
type HandshakeState = 'OPEN' | 'EXPIRED' | Decision;

/** A handshake with the organization that it is kept in. */
interface Invitation {
  organization: Organization;
  handshake: Handshake;
}

export function inviteAccountToOrganization(input: Input, context: JsonContext): object {
  const { cloud, now } = context;
  refuseOthers('InviteAccountToOrganization', input, 'Target', 'Notes');
  const invitedAccountId = readTarget(input);
  const notes = findText(input, 'Notes');
  if (notes !== undefined && notes.length > 1024) throw invalidInput('MAX_LENGTH_EXCEEDED');
  const organization = getManagedOrganization(context);
  if (organization.members.some(({ accountId }) => accountId === invitedAccountId)) throw invitedIsMember();
  const isOpen = (one: Handshake) =>
    one.invitedAccountId === invitedAccountId && stateOf(one, now) === 'OPEN';
  if (organization.handshakes.some(isOpen)) throw duplicateHandshake();
  const handshake: Handshake = {
    handshakeId: `h-${newName(context, 32)}`,
    invitedAccountId,
    ...(notes === undefined ? {} : { notes }),
    requestedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + expiryMs).toISOString(),
  };
  const kept = organization.handshakes.filter((one) => isKept(one, now));
  cloud.organizations.put({ ...organization, handshakes: [...kept, handshake] });
  return { Handshake: showHandshake({ organization, handshake }, now) };
}

export function listHandshakesForAccount(input: Input, context: JsonContext): object {
  const { cloud, accountId } = context;
  const received = listInvitations(cloud).filter(({ handshake }) => handshake.invitedAccountId === accountId);
  return showPage('ListHandshakesForAccount', input, received, context);
}

export function listHandshakesForOrganization(input: Input, context: JsonContext): object {
  const organization = getManagedOrganization(context);
  const sent = organization.handshakes.map((handshake) => ({ organization, handshake }));
  return showPage('ListHandshakesForOrganization', input, sent, context);
}

export function describeHandshake(input: Input, context: JsonContext): object {
  refuseOthers('DescribeHandshake', input, 'HandshakeId');
  return { Handshake: showHandshake(getInvitation(input, context), context.now) };
}

/** AWS: since 2025 a member of another organization goes over at once, unless it manages that one. */
export function acceptHandshake(input: Input, context: JsonContext): object {
  refuseOthers('AcceptHandshake', input, 'HandshakeId');
  const { cloud, accountId, now } = context;
  const accepted = decide(getInvitation(input, context), 'ACCEPTED', context);
  const earlier = findOrganizationOf(cloud, accountId);
  if (earlier?.organizationId === accepted.organization.organizationId) throw invitedIsMember();
  if (earlier) takeOut(context, earlier, accountId);
  const { organization } = accepted;
  const members = [
    ...organization.members,
    { accountId, joinedAt: now.toISOString(), joinedMethod: 'INVITED' as const },
  ];
  cloud.organizations.put({ ...organization, members });
  return { Handshake: showHandshake(accepted, now) };
}

export function declineHandshake(input: Input, context: JsonContext): object {
  refuseOthers('DeclineHandshake', input, 'HandshakeId');
  const declined = decide(getInvitation(input, context), 'DECLINED', context);
  context.cloud.organizations.put(declined.organization);
  return { Handshake: showHandshake(declined, context.now) };
}

export function cancelHandshake(input: Input, context: JsonContext): object {
  refuseOthers('CancelHandshake', input, 'HandshakeId');
  const canceled = decide(getInvitation(input, context), 'CANCELED', context);
  context.cloud.organizations.put(canceled.organization);
  return { Handshake: showHandshake(canceled, context.now) };
}

export function handshakeArn(input: Input, { cloud }: JsonContext): string {
  const found = listInvitations(cloud).find(({ handshake }) => handshake.handshakeId === input.HandshakeId);
  return found ? arnOf(found) : '*';
}

/** The invitation as it is once decided; nothing is written. */
function decide(
  { organization, handshake }: Invitation,
  state: Decision,
  { accountId, now }: JsonContext,
): Invitation {
  const decider = state === 'CANCELED' ? organization.masterAccountId : handshake.invitedAccountId;
  if (accountId !== decider) throw accessDenied();
  const before = stateOf(handshake, now);
  if (before === state) throw handshakeAlreadyInState();
  if (before !== 'OPEN') throw invalidHandshakeTransition();
  const decided: Handshake = { ...handshake, decision: { state, decidedAt: now.toISOString() } };
  const handshakes = organization.handshakes.map((one) => (one === handshake ? decided : one));
  return { organization: { ...organization, handshakes }, handshake: decided };
}

function readTarget(input: Input): string {
  const target = findStructure(input, 'Target');
  const type = target && findText(target, 'Type');
  if (!target || type === undefined) throw invalidInput('INPUT_REQUIRED');
  // DIFFERS: accounts-without-email
  if (type === 'EMAIL') throw notBuilt('an account named by its e-mail address');
  if (type !== 'ACCOUNT')
    throw invalidInput(type === 'ORGANIZATION' ? 'INVALID_PARTY_TYPE_TARGET' : 'INVALID_ENUM');
  return readText(target, 'Id', accountIdPattern);
}

/** One that the caller sent or received: others' are not there for it. */
function getInvitation(input: Input, { cloud, accountId, now }: JsonContext): Invitation {
  const handshakeId = readText(input, 'HandshakeId', handshakeIdPattern);
  const found = listInvitations(cloud).find(({ handshake }) => handshake.handshakeId === handshakeId);
  const parties = [found?.organization.masterAccountId, found?.handshake.invitedAccountId];
  if (!found || !parties.includes(accountId) || !isKept(found.handshake, now)) throw handshakeNotFound();
  return found;
}

function listInvitations({ organizations }: Cloud): Invitation[] {
  return organizations
    .all()
    .flatMap((organization) => organization.handshakes.map((handshake) => ({ organization, handshake })))
    .toArray();
}

function stateOf({ decision, expiresAt }: Handshake, now: Date): HandshakeState {
  if (decision) return decision.state;
  return now.getTime() < Date.parse(expiresAt) ? 'OPEN' : 'EXPIRED';
}

function isKept({ decision, expiresAt }: Handshake, now: Date): boolean {
  return now.getTime() < Date.parse(decision?.decidedAt ?? expiresAt) + keptMs;
}

const actionTypes = [
  'INVITE',
  'ENABLE_ALL_FEATURES',
  'APPROVE_ALL_FEATURES',
  'ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE',
  'TRANSFER_RESPONSIBILITY',
];

function showPage(operation: string, input: Input, invitations: Invitation[], { now }: JsonContext): object {
  refuseOthers(operation, input, 'Filter', 'MaxResults', 'NextToken');
  const filter = findStructure(input, 'Filter') ?? {};
  const actionType = findText(filter, 'ActionType') ?? 'INVITE';
  if (!actionTypes.includes(actionType)) throw invalidInput('INVALID_ENUM');
  // An invitation has no parent, and is the one kind of handshake there is.
  const isWanted = actionType === 'INVITE' && findText(filter, 'ParentHandshakeId') === undefined;
  const wanted = invitations.filter(({ handshake }) => isWanted && isKept(handshake, now));
  const { items, ...next } = cutPage(input, wanted, ({ handshake }) => handshake.handshakeId);
  return { Handshakes: items.map((invitation) => showHandshake(invitation, now)), ...next };
}

function arnOf({ organization, handshake }: Invitation): string {
  return organizationsArn(organization, 'handshake', 'invite', handshake.handshakeId);
}

function showHandshake(invitation: Invitation, now: Date): object {
  const { organizationId, featureSet } = invitation.organization;
  const { handshakeId, invitedAccountId, notes, requestedAt, expiresAt } = invitation.handshake;
  return {
    Id: handshakeId,
    Arn: arnOf(invitation),
    Action: 'INVITE',
    State: stateOf(invitation.handshake, now),
    RequestedTimestamp: showTime(requestedAt),
    ExpirationTimestamp: showTime(expiresAt),
    Parties: [
      { Id: organizationId, Type: 'ORGANIZATION' },
      { Id: invitedAccountId, Type: 'ACCOUNT' },
    ],
    Resources: [
      {
        Type: 'ORGANIZATION',
        Value: organizationId,
        Resources: [{ Type: 'ORGANIZATION_FEATURE_SET', Value: featureSet }],
      },
      { Type: 'ACCOUNT', Value: invitedAccountId },
      ...(notes === undefined ? [] : [{ Type: 'NOTES', Value: notes }]),
    ],
  };
}
