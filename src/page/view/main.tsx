import { render } from 'preact';
import { reportId, type Report } from '../kept-report.js';
import { App } from './app.js';

const data = document.getElementById(reportId)?.textContent ?? '';
const root = document.getElementById('page');
if (root !== null) render(<App report={data === '' ? undefined : (JSON.parse(data) as Report)} />, root);
