// The table of contents of the command `isthmus`. A command's file is loaded when the command is called, not before.

import { Command, CommanderError, InvalidArgumentError } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import type { AwsIdentity } from './aws-environment.ts';
import type { CloudChoice } from './cloud-client.ts';
import { CliError, exitCode, note } from './exit.ts';

type ExitCode = number | undefined;

const program = new Command('isthmus')
  .version(packageFile.version)
  .description('AWS PrivateLink on your own machine: the AWS API you know, and packets that really flow.')
  .enablePositionalOptions()
  .exitOverride()
  .configureHelp({ showGlobalOptions: false })
  .helpCommand('help [command]', 'what a command does and takes')
  .addHelpText(
    'after',
    '\nWithout --data and --port a command speaks to the cloud at AWS_ENDPOINT_URL, else on port 4566.',
  );

/** A command that speaks to a cloud: it can be told which. */
function command(usage: string, description: string): Command {
  return addCloudOptions(program.command(usage).description(description));
}

function addCloudOptions(target: Command): Command {
  return target
    .option('--data <folder>', 'the cloud with this data folder')
    .option('--port <number>', 'the cloud on this port', parsePort);
}

function addIdentityOptions(target: Command): Command {
  return target
    .option('--account <id>', 'the account to be, 12 digits')
    .option('--region <region>', 'the region to speak to');
}

/** An option that may be given again. */
const collect = (text: string, before: string[] = []) => [...before, text];

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
}

/** The exit code of the command that ran; undefined while it stays up. */
let ended: ExitCode;
function ending<Args extends unknown[]>(
  work: (options: CloudChoice & AwsIdentity & Record<string, never>, ...args: Args) => Promise<ExitCode>,
) {
  return async (...given: unknown[]) => {
    const self = given.at(-1) as Command;
    ended = await work(self.optsWithGlobals(), ...(given.slice(0, -2) as Args));
  };
}

addCloudOptions(program);

command('up', 'start the cloud')
  .option('--detach', 'in the background; its log is daemon.log in the data folder')
  .option('--uplink', 'let public subnets reach the real network (not built)')
  .option(
    '--service <name=url>',
    'a server of yours stands for a service of AWS, as sqs=http://127.0.0.1:9324; kept until NAME=none',
    collect,
  )
  .option('--json', 'say where it is as JSON')
  .action(ending(async (options) => (await import('./up.ts')).up(options)));

command('down', 'stop the cloud and take its network away; the data stays').action(
  ending(async (options) => (await import('./down.ts')).down(options)),
);

command('reset', 'empty the cloud').action(
  ending(async (options) => (await import('./reset.ts')).reset(options)),
);

command('status', 'health, generation applied, what stands in the way')
  .option('--json', 'as JSON')
  .action(ending(async (options) => (await import('./status.ts')).status(options)));

addIdentityOptions(command('env', 'export lines for a shell: eval "$(isthmus env)"')).action(
  ending(async (options) => (await import('./env.ts')).env(options)),
);

addIdentityOptions(command('aws [args...]', 'the aws-cli of this machine, speaking to the cloud'))
  .usage('[--account ID] [--region R] ARGS…')
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .action(ending(async (options, args: string[]) => (await import('./aws.ts')).aws(options, args)));

command('exec <instance> <command...>', 'run a command inside an instance; its exit code is passed on')
  .usage('INSTANCE -- COMMAND…')
  .passThroughOptions(!process.argv.includes('--'))
  .action(
    ending(async (options, instanceId: string, words: string[]) =>
      (await import('./instance.ts')).exec(options, instanceId, words),
    ),
  );

command('shell <instance>', 'a shell inside an instance').action(
  ending(async (options, instanceId: string) => (await import('./instance.ts')).shell(options, instanceId)),
);

command('console-log <instance>', 'what an instance wrote on its serial console').action(
  ending(async (options, instanceId: string) =>
    (await import('./instance.ts')).consoleLog(options, instanceId),
  ),
);

const site = command('site', 'on-premises networks: a router, hosts, a public address');

function siteCommand(usage: string, description: string): Command {
  return addCloudOptions(site.command(usage).description(description)).option('--json', 'as JSON');
}

siteCommand('create <name>', 'make a site')
  .requiredOption('--cidr <range>', 'a range of its addresses; may be given several times', collect)
  .option('--host <name[=address]>', 'somebody in it; may be given several times (default: one)', collect)
  .option('--no-internet', 'without a way to the internet but what is built through AWS')
  .action(ending(async (options, name: string) => (await import('./site.ts')).createSite(options, name)));

siteCommand('list', 'the sites, with their hosts and lines').action(
  ending(async (options) => (await import('./site.ts')).listSites(options)),
);

siteCommand('delete <name>', 'take a site away, with its hosts').action(
  ending(async (options, name: string) => (await import('./site.ts')).deleteSite(options, name)),
);

siteCommand('add-host <name> <host>', 'one more host: NAME or NAME=ADDRESS').action(
  ending(async (options, name: string, host: string) =>
    (await import('./site.ts')).addHost(options, name, host),
  ),
);

siteCommand(
  'forward <name> <domain> [addresses...]',
  "whom the site's DNS asks for names of a domain",
).action(
  ending(async (options, name: string, domain: string, addresses: string[]) =>
    (await import('./site.ts')).forward(options, name, domain, addresses),
  ),
);

siteCommand('route <name> <range> [line]', "a route of the site's own, by a vpn-… or a dxvif-…").action(
  ending(async (options, name: string, range: string, line?: string) =>
    (await import('./site.ts')).routeSite(options, name, range, line),
  ),
);

addIdentityOptions(siteCommand('exec <host> <command...>', 'run a command in a host: SITE or SITE/HOST'))
  .usage('SITE[/HOST] [--account ID] -- COMMAND…')
  .passThroughOptions(!process.argv.includes('--'))
  .action(
    ending(async (options, host: string, words: string[]) =>
      (await import('./site.ts')).execInSite(options, host, words),
    ),
  );

command('explain <from> <to>', 'hop by hop, why a packet arrives (exit 0) or stops (exit 1)')
  .usage('FROM TO[:PORT[/PROTO]] [options]')
  .option('--action <action>', 'ask about an AWS action too, such as s3:GetObject')
  .option('--resource <arn>', 'the resource of the action')
  .option('--json', 'as JSON')
  .action(
    ending(async (options, from: string, to: string) =>
      (await import('./explain.ts')).explain(options, from, to),
    ),
  );

program
  .command('matrix')
  .description('who reaches whom: instances, hosts of sites, endpoints; 1 where packets or a file disagree')
  .addHelpText(
    'after',
    '\nIn this command --port is what is asked; isthmus --port N matrix chooses the cloud.',
  )
  .option('--vpc <vpc>', 'only what is in this VPC (id or name); may be given several times', collect)
  .option('--port <port>', 'what is asked: 443, 53/udp or ping; several with commas or again', collect)
  .option('--probe', 'prove it with real packets from inside the instances')
  .option('--why', 'the reason of everything that does not arrive')
  .option('--expect <file>', 'is it as this file says, these and only these?')
  .option('--write-expectation <file>', 'write what is now as such a file')
  .option('--data <folder>', 'the cloud with this data folder')
  .option('--json', 'as JSON')
  .action(async (options) => {
    const { data = program.opts().data, ...asked } = options;
    const choice = { ...program.opts(), ...(data === undefined ? {} : { data }) };
    ended = await (await import('./matrix.ts')).matrix(choice, asked);
  });

command('ways', 'bytes carried by each way out of a VPC: gateway endpoints, NAT and internet gateways')
  .option('--vpc <id>', 'of this VPC only')
  .option('--json', 'as JSON, a line each')
  .action(ending(async (options) => (await import('./ways.ts')).ways(options)));

command('drops [id]', 'packets refused so far, by the id of what refused them')
  .usage('[ID] [options]')
  .addHelpText(
    'after',
    '\nWith an ID only what it has to do with: i-…, eni-…, sg-…, vpc-…, vpce-…, subnet-…, acl-…, rtb-…, SITE/HOST.',
  )
  .option('--last <n>', 'the latest N packets, with their times and source ports')
  .option('--follow', 'go on with what is refused from now on, with the time')
  .option('--json', 'one JSON object a line; no line when nothing was dropped')
  .action(ending(async (options, id?: string) => (await import('./drops.ts')).drops(options, id)));

command('flow-logs [id]', 'flow logs and where their records are; with an id its records, up to now')
  .usage('[fl-ID]')
  .option('--follow', 'go on with the records of each further minute')
  .option('--json', 'the list as JSON, a line each')
  .action(
    ending(async (options, flowLogId?: string) =>
      (await import('./flow-logs.ts')).flowLogs(options, flowLogId),
    ),
  );

command('flows [id]', 'open flows as routers and NAT gateways track them: both ends, as each of them sees it')
  .usage('[ID] [options]')
  .addHelpText(
    'after',
    '\nWith an ID only those it has to do with: i-…, eni-…, vpc-…, vpce-…, nat-…, SITE/HOST.',
  )
  .option('--follow', 'go on with flows that begin and end')
  .option('--json', 'one JSON object a line; no line when there is none')
  .action(ending(async (options, id?: string) => (await import('./flows.ts')).flows(options, id)));

command('capture <id> [filter...]', 'tcpdump on the wire of a network interface, an instance or an endpoint')
  .usage('ENI-or-ENDPOINT [-w FILE] [FILTER]')
  .option('-w, --write <file>', 'write packets to a file')
  .action(
    ending(async (options, id: string, filter: string[]) =>
      (await import('./capture.ts')).capture(options, id, filter),
    ),
  );

const lab = program.command('lab').description('the lessons: pages to read whose commands run');
lab
  .command('list')
  .description('what there is')
  .action(ending(async () => (await import('./lab.ts')).listLabs()));
addCloudOptions(lab.command('run <name...>'))
  .description('run a lesson in a cloud of its own; with --port N in the one that runs there')
  .option('--keep', 'leave its cloud running afterwards')
  .option('--stay', 'stay up afterwards until Ctrl-C')
  .option('--service <name=url>', 'as for up', collect)
  .action(ending(async (options, names: string[]) => (await import('./lab.ts')).runLabs(options, names)));

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.good : exitCode.usage;
  if (error instanceof CliError) {
    note(error.hint ? `${error.message}\nTry: ${error.hint}` : error.message);
    return error.code;
  }
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCode.cannot;
}

// Who reads on no more, as "| head", has heard enough. The code is that of a program that SIGPIPE ends, which Node.js ignores.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
});
delete process.env.NODE_COMPILE_CACHE; // ours alone, not of the programs we start
program.parseAsync().then(
  () => {
    if (ended !== undefined) process.exitCode = ended;
  },
  (error) => {
    process.exitCode = report(error);
  },
);
