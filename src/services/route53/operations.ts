// Route 53's table of contents: each operation, where it is asked for, and what its policies are asked about.

import { changeAccess, getChange } from './change.ts';
import {
  createAccess,
  createHostedZone,
  deleteHostedZone,
  getDNSSEC,
  getHostedZone,
  getHostedZoneCount,
  updateHostedZoneComment,
  zoneAccess,
} from './hosted-zone.ts';
import {
  listByVpcAccess,
  listHostedZones,
  listHostedZonesByName,
  listHostedZonesByVPC,
} from './hosted-zone-list.ts';
import type { Route53Operation } from './operation.ts';
import { changeRecordSetsAccess, changeResourceRecordSets } from './record-set-change.ts';
import { listResourceRecordSets } from './record-set-list.ts';
import { changeTagsForResource, listTagsForResource, listTagsForResources, tagAccess } from './tag.ts';
import {
  associateVPCWithHostedZone,
  associationAccess,
  createVPCAssociationAuthorization,
  deleteVPCAssociationAuthorization,
  disassociateVPCFromHostedZone,
  listVPCAssociationAuthorizations,
} from './vpc-association.ts';

const zone = '/hostedzone/{Id}';

export const route53Operations: Record<string, Route53Operation> = {
  AssociateVPCWithHostedZone: {
    method: 'POST',
    path: `${zone}/associatevpc`,
    run: associateVPCWithHostedZone,
    access: associationAccess('AssociateVPCWithHostedZoneRequest', ['ec2:DescribeVpcs']),
  },
  ChangeResourceRecordSets: {
    method: 'POST',
    path: `${zone}/rrset`,
    run: changeResourceRecordSets,
    access: changeRecordSetsAccess,
  },
  ChangeTagsForResource: {
    method: 'POST',
    path: '/tags/{ResourceType}/{ResourceId}',
    run: changeTagsForResource,
    access: tagAccess,
  },
  CreateHostedZone: { method: 'POST', path: '/hostedzone', run: createHostedZone, access: createAccess },
  CreateVPCAssociationAuthorization: {
    method: 'POST',
    path: `${zone}/authorizevpcassociation`,
    run: createVPCAssociationAuthorization,
    access: associationAccess('CreateVPCAssociationAuthorizationRequest'),
  },
  DeleteHostedZone: { method: 'DELETE', path: zone, run: deleteHostedZone, access: zoneAccess },
  DeleteVPCAssociationAuthorization: {
    method: 'POST',
    path: `${zone}/deauthorizevpcassociation`,
    run: deleteVPCAssociationAuthorization,
    access: associationAccess('DeleteVPCAssociationAuthorizationRequest'),
  },
  DisassociateVPCFromHostedZone: {
    method: 'POST',
    path: `${zone}/disassociatevpc`,
    run: disassociateVPCFromHostedZone,
    access: associationAccess('DisassociateVPCFromHostedZoneRequest', ['ec2:DescribeVpcs']),
  },
  GetChange: { method: 'GET', path: '/change/{Id}', run: getChange, access: changeAccess },
  GetDNSSEC: { method: 'GET', path: `${zone}/dnssec`, run: getDNSSEC, access: zoneAccess },
  GetHostedZone: { method: 'GET', path: zone, run: getHostedZone, access: zoneAccess },
  GetHostedZoneCount: { method: 'GET', path: '/hostedzonecount', run: getHostedZoneCount },
  ListHostedZones: { method: 'GET', path: '/hostedzone', run: listHostedZones },
  ListHostedZonesByName: { method: 'GET', path: '/hostedzonesbyname', run: listHostedZonesByName },
  ListHostedZonesByVPC: {
    method: 'GET',
    path: '/hostedzonesbyvpc',
    run: listHostedZonesByVPC,
    access: listByVpcAccess,
  },
  ListResourceRecordSets: {
    method: 'GET',
    path: `${zone}/rrset`,
    run: listResourceRecordSets,
    access: zoneAccess,
  },
  ListTagsForResource: {
    method: 'GET',
    path: '/tags/{ResourceType}/{ResourceId}',
    run: listTagsForResource,
    access: tagAccess,
  },
  ListTagsForResources: {
    method: 'POST',
    path: '/tags/{ResourceType}',
    run: listTagsForResources,
    access: tagAccess,
  },
  ListVPCAssociationAuthorizations: {
    method: 'GET',
    path: `${zone}/authorizevpcassociation`,
    run: listVPCAssociationAuthorizations,
    access: zoneAccess,
  },
  UpdateHostedZoneComment: { method: 'POST', path: zone, run: updateHostedZoneComment, access: zoneAccess },
};
