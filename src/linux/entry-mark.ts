// By which route table goes on what does not come from an interface: the mark it gets as it enters a VPC's router.

/** AWS: answers of an endpoint leave by the route table of its subnet. */
export const answerForeignClients =
  'iifname { "svc*", "ife*" } meta mark set ip saddr map @route_table_of_endpoint';

/** AWS: what a transit gateway brings goes on by the route table of the attachment's subnet; whatever else comes from beyond the VPC has no table, so it gets to the VPC's own addresses and no further. */
export const enterFromTransitGateway = 'iifname "tga*" meta mark set iifname map @route_table_of_attachment';

/** KERNEL: a link between two namespaces takes a packet's mark off, one that a VPC has with itself does not: its client's route table is nobody's here. */
export const enterFromItself = 'iifname "con*" meta mark set 0';
