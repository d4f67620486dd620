import { defineBar } from './bar/bar-element.ts';
import { keepFocusInView } from './reader/focus-in-view.ts';
import { NotificationsCard } from './reader/notifications-card.ts';
import { ReaderPage } from './reader/page.ts';

defineBar(location.origin);
keepFocusInView();
customElements.define('ajil-notifications', NotificationsCard);
customElements.define('ajil-reader', ReaderPage);
