interface Policy {
  createHTML(text: string): string;
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

/**
 * Our pages' policy lets no plain text into what browsers make scripts or markup of (W3C Trusted Types): only texts that
 * went through here do. Both are our own server's. Undefined where the browser does not know Trusted Types.
 */
const policy = (globalThis as { trustedTypes?: Factory }).trustedTypes?.createPolicy('ajil', {
  createHTML: (text) => text,
  createScriptURL: (url) => url,
});

/** Markup of a page of ours, to be parsed and never put into a page as it is. */
export const ownMarkup = (text: string): string => policy?.createHTML(text) ?? text;

/** The address of a script of ours. */
export const ownScript = (path: string): string => policy?.createScriptURL(path) ?? path;
