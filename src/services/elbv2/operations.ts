// The table of contents of Elastic Load Balancing v2: every operation Isthmus answers, by AWS's name. What is not here is not built.

import type { OperationTable } from '../operation.ts';
import { describeAccountLimits } from './account-limit.ts';
import { createListener, deleteListener, describeListeners, modifyListener } from './listener.ts';
import { describeListenerAttributes, modifyListenerAttributes } from './listener-attribute.ts';
import { createLoadBalancer, deleteLoadBalancer, describeLoadBalancers } from './load-balancer.ts';
import { describeLoadBalancerAttributes, modifyLoadBalancerAttributes } from './load-balancer-attribute.ts';
import { setSecurityGroups, setSubnets } from './load-balancer-placement.ts';
import { addTags, describeTags, removeTags } from './tag.ts';
import { deregisterTargets, registerTargets } from './target.ts';
import {
  createTargetGroup,
  deleteTargetGroup,
  describeTargetGroups,
  modifyTargetGroup,
} from './target-group.ts';
import { describeTargetGroupAttributes, modifyTargetGroupAttributes } from './target-group-attribute.ts';
import { describeTargetHealth } from './target-health.ts';

export const elbv2Operations = {
  // Load balancers
  CreateLoadBalancer: createLoadBalancer,
  DeleteLoadBalancer: deleteLoadBalancer,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  DescribeLoadBalancers: describeLoadBalancers,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
  SetSecurityGroups: setSecurityGroups,
  SetSubnets: setSubnets,

  // Target groups
  CreateTargetGroup: createTargetGroup,
  DeleteTargetGroup: deleteTargetGroup,
  DescribeTargetGroupAttributes: describeTargetGroupAttributes,
  DescribeTargetGroups: describeTargetGroups,
  ModifyTargetGroup: modifyTargetGroup,
  ModifyTargetGroupAttributes: modifyTargetGroupAttributes,

  // Targets
  DeregisterTargets: deregisterTargets,
  DescribeTargetHealth: describeTargetHealth,
  RegisterTargets: registerTargets,

  // Listeners
  CreateListener: createListener,
  DeleteListener: deleteListener,
  DescribeListenerAttributes: describeListenerAttributes,
  DescribeListeners: describeListeners,
  ModifyListener: modifyListener,
  ModifyListenerAttributes: modifyListenerAttributes,

  // Tags and limits
  AddTags: addTags,
  DescribeAccountLimits: describeAccountLimits,
  DescribeTags: describeTags,
  RemoveTags: removeTags,
} satisfies OperationTable;
