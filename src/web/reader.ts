import { NotificationsCard } from './reader/notifications-card.ts';
import { ReaderPage } from './reader/page.ts';

customElements.define('ajil-notifications', NotificationsCard);
customElements.define('ajil-reader', ReaderPage);
