// How a flow is known whose target sees the load balancer in place of the client: by the listener that it was sent to, which
// marks it. Where it goes would not do, as a target may be in two groups of which one keeps the client's address.

import { gatewayMarkBit } from './gateway-program.ts';

/** A conntrack mark that no connection and no gateway endpoint's flow has. */
/** Beside the highest, which says that the mark is no connection's. */
export const maskedBit = 0x40000000;
const maskedMark = `0x${(gatewayMarkBit + maskedBit).toString(16)}`;

export const markMasked = `ip daddr . meta l4proto . th dport @masked_listener ct mark set ${maskedMark}`;
export const isMasked = `ct mark ${maskedMark}`;
