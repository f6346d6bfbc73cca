/** The region that the emulators pretend to be in. */
export const LOCAL_REGION = 'us-east-1';

/** Credentials for the emulators, which check none. They open nothing in AWS. */
export const LOCAL_CREDENTIALS = {
  accessKeyId: 'holdfast-local',
  secretAccessKey: 'holdfast-local',
} as const;
