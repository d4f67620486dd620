interface Policy {
  createHTML(text: string): string;
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

/**
 * Our pages' content security policy refuses plain text where browsers would run it or parse it as markup (W3C Trusted
 * Types). Only texts that pass this policy are accepted, all from our own server. Undefined if the browser has no Trusted Types.
 */
const policy = (globalThis as { trustedTypes?: Factory }).trustedTypes?.createPolicy('ajil', {
  createHTML: (text) => text,
  createScriptURL: (url) => url,
});

/** Markup of one of our pages. It is parsed, and never put into a page as it is. */
export const ownMarkup = (text: string): string => policy?.createHTML(text) ?? text;

/** The address of a script of ours. */
export const ownScript = (path: string): string => policy?.createScriptURL(path) ?? path;
