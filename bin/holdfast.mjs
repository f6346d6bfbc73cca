#!/usr/bin/env node
// The way in that any Node can read: it says what is missing where holdfast.ts would be a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Holdfast needs Node.js 22.18 or newer, and this is ${process.version}. ` +
      'npm installs a newer one for most platforms: run "npm ci", then "npm start". ' +
      'Where it has none, install Node.js 24 from https://nodejs.org.',
  );
  process.exitCode = 1;
} else {
  // Node's own SQLite, which keeps the local queues, is marked experimental; that is no news to the user.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('SQLite is an experimental feature'))
      emitWarning(warning, ...rest);
  };
  try {
    await import('./holdfast.ts');
  } catch (error) {
    // A wrong setting is the user's to mend: its path and what is allowed say all.
    if (error?.code !== 'config_invalid') throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
