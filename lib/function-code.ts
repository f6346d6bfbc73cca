import { dirname } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import {
  bundleFunction,
  FUNCTION_ENTRIES,
  type FunctionName,
  PROJECT_ROOT,
  writeBundle,
} from './bundling.ts';

/**
 * A function's code as the stack deploys it: the very bundle that `npm run bundle` measures, made without
 * Docker and without the network.
 *
 * CDK's own `NodejsFunction` cannot be told to split a bundle, so that all that a function may ever need would be
 * read at every cold start.
 */
export function functionCode(name: FunctionName): Code {
  // CDK takes two assets of one folder and one bundling for the same, and does not see what a function does:
  // the folder must be the function's own.
  return Code.fromAsset(dirname(`${PROJECT_ROOT}${FUNCTION_ENTRIES[name]}`), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Required, and never used: the bundling below always does it, or fails.
      image: DockerImage.fromRegistry('unused'),
      local: {
        tryBundle: (folder) => {
          writeBundle(bundleFunction(name), folder);
          return true;
        },
      },
    },
  });
}
