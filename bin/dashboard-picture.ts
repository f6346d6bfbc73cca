import { writeFileSync } from 'node:fs';
import { drawStackDashboard } from '../local/dashboard-picture/draw-stack-dashboard.ts';

// Draws the dashboard as it stands in the README. A test holds it in step.
writeFileSync('docs/dashboard.svg', await drawStackDashboard());
console.log('written  docs/dashboard.svg');
