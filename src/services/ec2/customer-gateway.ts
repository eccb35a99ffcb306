// Customer gateways: what AWS is told of the device at the other end of a VPN. An address that is a site's is that site.

import type {
  CreateCustomerGatewayRequest,
  CreateCustomerGatewayResult,
  CustomerGateway as CustomerGatewayShape,
  DeleteCustomerGatewayRequest,
  DescribeCustomerGatewaysRequest,
  DescribeCustomerGatewaysResult,
} from '@aws-sdk/client-ec2';
import type { CustomerGateway } from '../../cloud/vpn.ts';
import { type Ipv4, parseAddress } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  checkId,
  customerGatewayNotFound,
  incorrectState,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, isOwn, selectOwn } from './ownership.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { checkVpnType, isVpnForgotten } from './vpn-gateway.ts';

const defaultAsn = 65000;
/** AWS: greater ones are BgpAsnExtended. */
const largestAsn = 2147483647;
const largestExtendedAsn = 4294967295;

/** AWS: what is the same in everything is the same gateway: it is given again. */
export function createCustomerGateway(
  input: CreateCustomerGatewayRequest,
  context: OperationContext,
): CreateCustomerGatewayResult {
  const names = ['Type', 'BgpAsn', 'BgpAsnExtended', 'PublicIp', 'IpAddress', 'DeviceName'] as const;
  acceptParameters('CreateCustomerGateway', input, ...names, 'TagSpecifications');
  checkVpnType(input.Type);
  const bgpAsn = readAsn(input);
  const ipAddress = readAddress(input.IpAddress ?? input.PublicIp);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'customer-gateway');
  const { accountId, region, cloud } = context;
  forgetCustomerGateways(context);
  const { DeviceName: deviceName } = input;
  const same = cloud.customerGateways
    .all()
    .filter((gateway) => isOwn(context, gateway) && !gateway.deleteTime)
    .find((one) => one.bgpAsn === bgpAsn && one.ipAddress === ipAddress && one.deviceName === deviceName);
  if (same) return { CustomerGateway: showCustomerGateway(context, same) };
  const customerGatewayId = context.newId('cgw');
  const gateway = cloud.customerGateways.put({
    ...{ customerGatewayId, accountId, region, bgpAsn, ipAddress },
    ...(deviceName === undefined ? {} : { deviceName }),
  });
  putTags(context, customerGatewayId, 'customer-gateway', tags);
  return { CustomerGateway: showCustomerGateway(context, gateway) };
}

function readAsn({ BgpAsn, BgpAsnExtended }: CreateCustomerGatewayRequest): number {
  if (BgpAsn !== undefined && BgpAsnExtended !== undefined)
    throw invalidParameterCombination('The parameters BgpAsn and BgpAsnExtended cannot be used together');
  const asn = BgpAsn ?? BgpAsnExtended ?? defaultAsn;
  const [first, last] = BgpAsnExtended === undefined ? [1, largestAsn] : [largestAsn + 1, largestExtendedAsn];
  if (asn < first || last < asn) {
    const name = BgpAsnExtended === undefined ? 'bgpAsn' : 'bgpAsnExtended';
    throw invalidParameterValue(
      `Value (${asn}) for parameter ${name} is invalid. It must be from ${first} to ${last}.`,
    );
  }
  return asn;
}

function readAddress(text: string | undefined): Ipv4 {
  if (!text) throw missingParameter('IpAddress');
  if (parseAddress(text) === undefined)
    throw invalidParameterValue(`Value (${text}) for parameter ipAddress is invalid. Invalid IPv4 address.`);
  return text;
}

export function describeCustomerGateways(
  input: DescribeCustomerGatewaysRequest,
  context: OperationContext,
): DescribeCustomerGatewaysResult {
  acceptParameters('DescribeCustomerGateways', input, 'CustomerGatewayIds', 'Filters');
  const selected = selectOwn(
    context,
    input.CustomerGatewayIds,
    (id) => getCustomerGateway(context, id),
    () => context.cloud.customerGateways.all().filter((one) => !isVpnForgotten(context, one)),
  );
  const fields: FilterFields<CustomerGateway> = {
    'bgp-asn': ({ bgpAsn }) => String(bgpAsn),
    'customer-gateway-id': ({ customerGatewayId }) => customerGatewayId,
    'ip-address': ({ ipAddress }) => ipAddress,
    state: stateOf,
    type: () => 'ipsec.1',
  };
  const tagsOf = ({ customerGatewayId }: CustomerGateway) => findTags(context.cloud, customerGatewayId);
  const matching = applyFilters(selected, input.Filters, fields, tagsOf);
  return { CustomerGateways: matching.map((gateway) => showCustomerGateway(context, gateway)) };
}

export function deleteCustomerGateway(
  input: DeleteCustomerGatewayRequest,
  context: OperationContext,
): object {
  acceptParameters('DeleteCustomerGateway', input, 'CustomerGatewayId');
  const { cloud, now } = context;
  const gateway = getLiveCustomerGateway(context, input.CustomerGatewayId);
  const { customerGatewayId } = gateway;
  const isUsed = cloud.vpnConnections
    .all()
    .some((connection) => connection.customerGatewayId === customerGatewayId && !connection.deleteTime);
  if (isUsed) throw incorrectState('The customer gateway is in use.');
  cloud.customerGateways.put({ ...gateway, deleteTime: now.toISOString() });
  dropTags(cloud, customerGatewayId);
  return {};
}

/** Also one that was deleted a while ago. */
function getCustomerGateway(context: OperationContext, customerGatewayId: string): CustomerGateway {
  checkId('cgw', customerGatewayId, 'InvalidCustomerGatewayId.Malformed');
  const gateway = findOwn(context, context.cloud.customerGateways.find(customerGatewayId));
  if (!gateway || isVpnForgotten(context, gateway)) throw customerGatewayNotFound(customerGatewayId);
  return gateway;
}

export function getLiveCustomerGateway(context: OperationContext, id: string | undefined): CustomerGateway {
  if (!id) throw missingParameter('CustomerGatewayId');
  const gateway = getCustomerGateway(context, id);
  if (gateway.deleteTime) throw customerGatewayNotFound(id);
  return gateway;
}

function forgetCustomerGateways(context: OperationContext): void {
  const { customerGateways } = context.cloud;
  for (const { customerGatewayId } of customerGateways.where((one) => isVpnForgotten(context, one)))
    customerGateways.delete(customerGatewayId);
}

const stateOf = ({ deleteTime }: CustomerGateway) => (deleteTime ? 'deleted' : 'available');

function showCustomerGateway(context: OperationContext, gateway: CustomerGateway): CustomerGatewayShape {
  const { customerGatewayId, bgpAsn, ipAddress, deviceName } = gateway;
  return {
    CustomerGatewayId: customerGatewayId,
    ...(bgpAsn > largestAsn ? { BgpAsnExtended: String(bgpAsn) } : { BgpAsn: String(bgpAsn) }),
    IpAddress: ipAddress,
    ...(deviceName === undefined ? {} : { DeviceName: deviceName }),
    State: stateOf(gateway),
    Type: 'ipsec.1',
    Tags: showTags(context.cloud, customerGatewayId),
  };
}
