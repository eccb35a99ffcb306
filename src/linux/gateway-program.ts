// What the ways out of a VPC add to its router's rules.
//
//   instance ──eni…──▶ leave ─▶ route ─▶ pass_gateway_endpoint ─▶ pass ──gwe…──▶ door        only for sources of the VPC
//                                 └────▶ pass_internet ─▶ pass ─▶ to_internet ──igw…──▶ internet, under the public address
//   internet ──igw…──▶ from_internet (the private address again) ─▶ pass_internet ─▶ pass ─▶ deliver ──eni…──▶ instance
//
// A NAT gateway needs no rule of its own: it is an interface without source/destination check and without groups.

import type { Cidr } from '../lib/cidr.ts';
import { internetGatewayMtu } from '../network/mtu.ts';
import { refuse } from './refusal.ts';
import { fitSegments } from './render-rule.ts';

export const gatewayHooks = {
  from_internet: 'type filter hook prerouting priority raw; policy accept;',
  // KERNEL: chains of their own, since a chain that is added changes faster than one that must be emptied first.
  // ORDER: before pass, which accepts what belongs to an open flow.
  pass_gateway_endpoint: 'type filter hook forward priority -1; policy accept;',
  pass_internet: 'type filter hook forward priority -1; policy accept;',
  // KERNEL: after everything that asks for a source, as this is where the source becomes public.
  to_internet: 'type filter hook postrouting priority 300; policy accept;',
};

export const gatewayDeclarations = `
  set gateway_endpoint_route { typeof iifname . ct mark; }
  map public_address_of { typeof ip saddr : ip saddr; }
  map private_address_of { typeof ip daddr : ip daddr; }`;

const fitInternet = fitSegments(internetGatewayMtu);

/** The conntrack mark of a flow through a gateway endpoint is the number of the route table that led it there, with the highest bit set. */
export const gatewayMarkBit = 0x80000000;
export const gatewayMark = (routeTableNumber: number) => String(gatewayMarkBit + routeTableNumber);

// ORDER: also for open flows: each packet to the endpoint notes which table leads there now, and an answer passes as long
// as that table does. So what the service still sends to a flow whose route is gone ends here.
/** @param cidrBlocks the VPC's own */
export const passGatewayEndpoints = (cidrBlocks: Cidr[]) => [
  // AWS: an instance that forwards cannot lend the endpoint to another network.
  `oifname "gwe*" ip saddr != { ${cidrBlocks.join(', ')} } ${refuse('foreign-source')}`,
  `oifname "gwe*" ct mark set meta mark | 0x${gatewayMarkBit.toString(16)}`,
  `iifname "gwe*" iifname . ct mark != @gateway_endpoint_route ${refuse('unknown-flow')}`,
];

export const passInternet = [
  `oifname "igw*" ${fitInternet}`,
  `iifname "igw*" ${fitInternet}`,
  // What comes in is for an interface of this VPC, or for nobody.
  `iifname "igw*" oifname != "eni*" ${refuse('no-route')}`,
];

/** Stateless: an address for an address, in both directions. What has none has no way. */
export const fromInternet = [
  'iifname "igw*" ip daddr set ip daddr map @private_address_of accept',
  `iifname "igw*" ${refuse('no-public-address')}`,
];
export const toInternet = [
  'oifname "igw*" ip saddr set ip saddr map @public_address_of accept',
  `oifname "igw*" ${refuse('no-public-address')}`,
];
