import { expect, test } from 'vitest';
import { createChanges } from '../../../../src/web/reader/choices/changes.ts';
import {
  patched,
  type Preferences,
  type PreferencesPatch,
} from '../../../../src/web/subscription/preferences.ts';

const START: Preferences = { topics: ['world'], urgency: 'urgent', lang: 'ar' };

/** A server that answers when it is told to. */
function startForm() {
  let saved = START;
  const asked: { readonly patch: PreferencesPatch; answer(ok: boolean): void }[] = [];
  const form: { choice: Preferences; said: string[] } = { choice: START, said: [] };
  const changes = createChanges({
    saved: () => saved,
    save: (patch) =>
      new Promise((resolve, reject) => {
        asked.push({
          patch,
          answer: (ok) => {
            if (!ok) return reject(new Error('refused'));
            saved = patched(saved, patch);
            resolve(saved);
          },
        });
      }),
    onChoice: (choice) => {
      form.choice = choice;
    },
    onEnd: (outcome) => form.said.push(outcome),
  });
  const answer = async (ok: boolean): Promise<void> => {
    asked.at(-1)?.answer(ok);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { make: changes.make, form, asked, answer, saved: () => saved };
}

test('a change shows at once, and is told as saved when the server has it', async () => {
  const { make, form, answer, saved } = startForm();
  make({ dailyCap: 3 });
  expect([form.choice, form.said]).toEqual([{ ...START, dailyCap: 3 }, []]);
  await answer(true);
  expect([saved(), form.choice, form.said]).toEqual([form.choice, { ...START, dailyCap: 3 }, ['saved']]);
});

test('a change that the server refuses is undone in the form, and told', async () => {
  const { make, form, answer } = startForm();
  make({ lang: null });
  expect(form.choice).not.toHaveProperty('lang');
  await answer(false);
  expect([form.choice, form.said]).toEqual([START, ['notSaved']]);
  make({ lang: 'en' });
  await answer(true);
  expect([form.choice.lang, form.said]).toEqual(['en', ['notSaved', 'saved']]);
});

test('changes that come while one is on its way go together, and outlive its refusal', async () => {
  const { make, form, asked, answer } = startForm();
  make({ dailyCap: 3 });
  make({ urgency: 'flash' });
  make({ urgency: 'normal', topics: ['world', 'sport'] });
  expect(asked.map(({ patch }) => patch)).toEqual([{ dailyCap: 3 }]);
  expect(form.choice).toEqual({ ...START, dailyCap: 3, urgency: 'normal', topics: ['world', 'sport'] });
  await answer(false);
  expect(form.choice).toEqual({ ...START, urgency: 'normal', topics: ['world', 'sport'] });
  expect(asked.map(({ patch }) => patch)).toEqual([
    { dailyCap: 3 },
    { urgency: 'normal', topics: ['world', 'sport'] },
  ]);
  await answer(true);
  expect(form.choice).toEqual({ ...START, urgency: 'normal', topics: ['world', 'sport'] });
  expect(form.said).toEqual(['notSaved']);
});
