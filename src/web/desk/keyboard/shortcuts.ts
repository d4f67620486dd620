import type { ReactiveControllerHost } from 'lit';
import { localShelf } from '../writing/local-shelf.ts';
import { keyOf } from './keys.ts';

const PLACE = 'ajil-single-keys';
/** Where letters are text. */
const TYPING = 'input, textarea, select, [contenteditable]';

/** Whether single letters are shortcuts: whoever speaks to the computer turns them off (WCAG 2.1.4). */
export const areSingleKeysOn = (): boolean => localShelf()?.getItem(PLACE) !== 'off';

export function setSingleKeys(isOn: boolean): void {
  if (isOn) localShelf()?.removeItem(PLACE);
  else localShelf()?.setItem(PLACE, 'off');
}

/** The shortcut that a key press is; undefined while somebody types or is asked a question. */
export function shortcutOf(event: KeyboardEvent): string | undefined {
  if (event.repeat || event.defaultPrevented || event.isComposing || !areSingleKeysOn()) return undefined;
  if (event.target instanceof Element && event.target.matches(TYPING)) return undefined;
  return document.querySelector('dialog[open]') === null ? keyOf(event) : undefined;
}

/** Lets a key press what carries it in `data-key`, within the host. */
export function pressByKeys(host: ReactiveControllerHost & HTMLElement): void {
  const onKey = (event: KeyboardEvent): void => {
    const key = shortcutOf(event);
    if (key === undefined) return;
    const pressed = [...host.querySelectorAll<HTMLElement>(`[data-key="${key}"]`)].find(
      (element) => element.checkVisibility() && !element.matches(':disabled'),
    );
    if (pressed === undefined) return;
    event.preventDefault();
    pressed.click();
  };
  host.addController({
    hostConnected: () => addEventListener('keydown', onKey),
    hostDisconnected: () => removeEventListener('keydown', onKey),
  });
}
