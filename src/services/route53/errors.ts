// What Route 53 refuses, in its own codes and words.

import { AwsError } from '../../aws/aws-error.ts';
import { showName } from '../../cloud/dns-name.ts';
import type { ZoneVpc } from '../../cloud/hosted-zone.ts';

export const invalidInput = (message: string) => new AwsError('InvalidInput', message);

/** AWS: a list in brackets, even of one. */
export const invalidChangeBatch = (messages: string[]) =>
  new AwsError('InvalidChangeBatch', `[${messages.join(', ')}]`);

export const noSuchHostedZone = (hostedZoneId: string) =>
  new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${hostedZoneId}`, 404);

/** For what another account owns. */
export const accessDenied = (callerArn: string) =>
  new AwsError('AccessDenied', `User: ${callerArn} is not authorized to access this resource`, 403);

export const hostedZoneAlreadyExists = () =>
  new AwsError(
    'HostedZoneAlreadyExists',
    'A hosted zone has already been created with the specified caller reference.',
    409,
  );

export const hostedZoneNotEmpty = () =>
  new AwsError(
    'HostedZoneNotEmpty',
    'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
  );

export const tooManyHostedZones = (limit: number) =>
  new AwsError(
    'TooManyHostedZones',
    `Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more than ${limit} hosted zones.`,
  );

export const reservedDomain = (domain: string) =>
  new AwsError('InvalidDomainName', `${domain} is reserved by AWS!`);

export const invalidDomainName = (fault: string, name: string) =>
  new AwsError('InvalidDomainName', `FATAL problem: ${fault} encountered with '${name}'`);

export const invalidVpcId = (vpcId: string) =>
  new AwsError('InvalidVPCId', `The VPC: ${vpcId} you provided is not authorized to make the association.`);

export const notAuthorizedVpc = (vpcId: string) =>
  new AwsError(
    'NotAuthorizedException',
    `The VPC: ${vpcId} has not authorized to associate with your hosted zone.`,
    401,
  );

export const publicZoneVpcAssociation = (hostedZoneId: string, vpcId: string) =>
  new AwsError(
    'PublicZoneVPCAssociation',
    `Attempting to associate public zone: ${hostedZoneId} with vpc: ${vpcId}`,
  );

/** AWS: the dot of the name and that of the sentence are both there. */
export const conflictingDomainExists = ({ vpcId, region }: ZoneVpc, zoneName: string) =>
  new AwsError(
    'ConflictingDomainExists',
    `The VPC that you chose, ${vpcId} in region ${region}, is already associated with another private hosted zone that has an overlapping name space, ${showName(zoneName)}.`,
  );

export const vpcAssociationNotFound = ({ vpcId, region }: ZoneVpc, hostedZoneId: string) =>
  new AwsError(
    'VPCAssociationNotFound',
    `The VPC: ${vpcId} in region ${region} is not associated with the hosted zone: ${hostedZoneId}.`,
    404,
  );

export const lastVpcAssociation = () =>
  new AwsError('LastVPCAssociation', 'Cannot remove last VPC association for the private zone');

export const vpcAssociationAuthorizationNotFound = ({ vpcId, region }: ZoneVpc, hostedZoneId: string) =>
  new AwsError(
    'VPCAssociationAuthorizationNotFound',
    `The VPC: ${vpcId} in region ${region} is not authorized to be associated with the hosted zone: ${hostedZoneId}.`,
    404,
  );

export const noSuchChange = (changeId: string) =>
  new AwsError('NoSuchChange', `Could not find resource with ID: ${changeId}`, 404);

export const noSuchHealthCheck = (healthCheckId: string) =>
  new AwsError('NoSuchHealthCheck', `No health check exists with the specified ID: ${healthCheckId}`, 404);

export const privateZoneWithoutDnssec = () =>
  new AwsError('InvalidArgument', 'Operation is unsupported for private hosted zones.');

export const invalidPaginationToken = () =>
  new AwsError('InvalidPaginationToken', 'The specified pagination token is not valid.');
