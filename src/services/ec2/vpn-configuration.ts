// The file that AWS gives out for the device at a VPN's other end (CustomerGatewayConfiguration): both ends of both tunnels.

import type { Cloud } from '../../cloud/cloud.ts';
import type { VpnConnection, VpnTunnel } from '../../cloud/vpn.ts';
import { addressAt } from '../../lib/cidr.ts';

export function renderCustomerGatewayConfiguration(cloud: Cloud, connection: VpnConnection): string {
  const { vpnConnectionId, customerGatewayId, vpnGatewayId, transitGatewayId, staticRoutesOnly } = connection;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<vpn_connection id="${vpnConnectionId}">`,
    `  <customer_gateway_id>${customerGatewayId}</customer_gateway_id>`,
    ...(vpnGatewayId ? [`  <vpn_gateway_id>${vpnGatewayId}</vpn_gateway_id>`] : []),
    ...(transitGatewayId ? [`  <transit_gateway_id>${transitGatewayId}</transit_gateway_id>`] : []),
    '  <vpn_connection_type>ipsec.1</vpn_connection_type>',
    ...(staticRoutesOnly
      ? ['  <vpn_connection_attributes>NoBGPVPNConnection</vpn_connection_attributes>']
      : []),
    ...connection.tunnels.flatMap((tunnel) => renderTunnel(cloud, connection, tunnel)),
    '</vpn_connection>',
  ].join('\n');
}

function renderTunnel(cloud: Cloud, connection: VpnConnection, tunnel: VpnTunnel): string[] {
  const customerGateway = cloud.customerGateways.find(connection.customerGatewayId);
  const { amazonSideAsn = 64512 } = cloud.vpnGateways.find(connection.vpnGatewayId ?? '') ?? {};
  const { tunnelInsideCidr, outsideIpAddress, preSharedKey } = tunnel;
  const isBgp = !connection.staticRoutesOnly;
  return [
    '  <ipsec_tunnel>',
    ...renderEnd('customer_gateway', {
      outside: customerGateway?.ipAddress ?? '',
      inside: addressAt(tunnelInsideCidr, 2),
      asn: isBgp ? (customerGateway?.bgpAsn ?? 0) : undefined,
    }),
    ...renderEnd('vpn_gateway', {
      outside: outsideIpAddress,
      inside: addressAt(tunnelInsideCidr, 1),
      asn: isBgp ? amazonSideAsn : undefined,
    }),
    '    <ike>',
    '      <authentication_protocol>sha1</authentication_protocol>',
    '      <encryption_protocol>aes-128-cbc</encryption_protocol>',
    '      <lifetime>28800</lifetime>',
    '      <perfect_forward_secrecy>group2</perfect_forward_secrecy>',
    '      <mode>main</mode>',
    `      <pre_shared_key>${preSharedKey}</pre_shared_key>`,
    '    </ike>',
    '    <ipsec>',
    '      <protocol>esp</protocol>',
    '      <authentication_protocol>hmac-sha1-96</authentication_protocol>',
    '      <encryption_protocol>aes-128-cbc</encryption_protocol>',
    '      <lifetime>3600</lifetime>',
    '      <perfect_forward_secrecy>group2</perfect_forward_secrecy>',
    '      <mode>tunnel</mode>',
    '      <clear_df_bit>true</clear_df_bit>',
    '      <fragmentation_before_encryption>true</fragmentation_before_encryption>',
    '      <tcp_mss_adjustment>1379</tcp_mss_adjustment>',
    '      <dead_peer_detection>',
    '        <interval>10</interval>',
    '        <retries>3</retries>',
    '      </dead_peer_detection>',
    '    </ipsec>',
    '  </ipsec_tunnel>',
  ];
}

function renderEnd(
  name: string,
  { outside, inside, asn }: { outside: string; inside: string; asn: number | undefined },
): string[] {
  return [
    `    <${name}>`,
    '      <tunnel_outside_address>',
    `        <ip_address>${outside}</ip_address>`,
    '      </tunnel_outside_address>',
    '      <tunnel_inside_address>',
    `        <ip_address>${inside}</ip_address>`,
    '        <network_mask>255.255.255.252</network_mask>',
    '        <network_cidr>30</network_cidr>',
    '      </tunnel_inside_address>',
    ...(asn === undefined
      ? []
      : ['      <bgp>', `        <asn>${asn}</asn>`, '        <hold_time>30</hold_time>', '      </bgp>']),
    `    </${name}>`,
  ];
}
