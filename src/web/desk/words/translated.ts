/** Texts by plural category (CLDR); `other` is always there. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** What a translation of the Arabic texts must have. */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends { few: string; other: string }
      ? Plural
      : Translated<T[K]>;
};
