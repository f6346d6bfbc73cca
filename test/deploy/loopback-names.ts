import dns from 'node:dns';

// Names under `localhost` are this machine (RFC 6761, section 6.3). Not every resolver says so, and the emulator's API
// and buckets have such names: loaded into each process of the deploy test, this module does.
const lookup = dns.lookup;

dns.lookup = ((name: string, ...rest: unknown[]) => {
  const known = typeof name === 'string' && name.endsWith('.localhost') ? 'localhost' : name;
  return (lookup as (...all: unknown[]) => void).call(dns, known, ...rest);
}) as typeof dns.lookup;
