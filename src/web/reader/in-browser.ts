import { html, nothing, type TemplateResult } from 'lit';
import type { Template } from '../../pages/common/markup/template.ts';

/** Lit, for the markup that the server writes alike. */
export const inBrowser: Template<TemplateResult> = { html, nothing };
