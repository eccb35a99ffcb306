// How many bytes a packet may have, by the way it takes.

/** AWS: inside a VPC, over a peering of one region, to a virtual private gateway, whose lines are narrower. */
export const vpcMtu = 9001;
/** AWS: through an endpoint. */
export const endpointMtu = 8500;
/** AWS: between VPCs through a transit gateway; larger ones are dropped, and segments are made to fit. */
export const transitGatewayMtu = 8500;
/** AWS: over an internet gateway. */
export const internetGatewayMtu = 1500;

/** The headers of IP and TCP. */
const headerBytes = 40;

/** What TCP may send at once on such a way. */
export const segmentBytes = (mtu: number) => mtu - headerBytes;
