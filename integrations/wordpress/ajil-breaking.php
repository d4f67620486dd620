<?php
/**
 * Plugin Name:       Ajil Breaking
 * Description:       Sends a post as a breaking-news alert through Ajil: one alert for each post, an update or a correction only when an editor asks for it, and nothing before the public page is there.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           MIT
 * License URI:       https://opensource.org/license/mit
 * Text Domain:       ajil-breaking
 *
 * How a post becomes an alert:
 *
 *     an editor asks (publishes with the box ticked, or presses a button)
 *       -> the request is written to the post, with its number
 *       -> the public page is asked for until it answers 200
 *       -> the request goes to a source of Ajil (POST /v1/intake/<source>) until Ajil answers
 *       -> what became of it stands in the editor
 *
 * A request has the same text and the same number however often it is tried, and Ajil makes one alert of a post. So nothing
 * that runs twice sends twice.
 *
 * @package Ajil_Breaking
 */

defined( 'ABSPATH' ) || exit;

const AJIL_BREAKING_VERSION = '1.0.0';

/** Who may send to readers. Given to administrators and editors when the plugin is activated. */
const AJIL_BREAKING_CAPABILITY = 'ajil_send_breaking';

/** What the editor chose before the post is published. */
const AJIL_BREAKING_WANTED   = '_ajil_breaking_wanted';
const AJIL_BREAKING_HEADLINE = '_ajil_breaking_headline';
const AJIL_BREAKING_URGENCY  = '_ajil_breaking_urgency';

/** What was asked for, and what became of it. */
const AJIL_BREAKING_RECORD = '_ajil_breaking_record';

/** The event of WP-Cron that tries a request. */
const AJIL_BREAKING_EVENT = 'ajil_breaking_try';

/** The pauses between two tries; the last one again and again. Seconds. */
const AJIL_BREAKING_PAUSES = array( 1, 2, 4, 8, 15, 30, 60 );

/** A request that has not arrived for so long is given up. Seconds. */
const AJIL_BREAKING_LONGEST = 1800;

const AJIL_BREAKING_URGENCIES = array( 'flash', 'urgent', 'normal' );

/*
 * -------------------------------------------------------------------------
 * Words
 * -------------------------------------------------------------------------
 */

add_filter( 'gettext_ajil-breaking', 'ajil_breaking_translate', 10, 2 );

/**
 * The plugin is one file, so its Arabic is in it. Translations that are installed in the usual way win.
 *
 * @param string $translation What WordPress has found.
 * @param string $text        The English text.
 * @return string
 */
function ajil_breaking_translate( $translation, $text ) {
	if ( $translation !== $text || 0 !== strpos( determine_locale(), 'ar' ) ) {
		return $translation;
	}
	static $arabic = null;
	if ( null === $arabic ) {
		$arabic = ajil_breaking_arabic();
	}
	return isset( $arabic[ $text ] ) ? $arabic[ $text ] : $translation;
}

/**
 * The Arabic of each text.
 *
 * @return array<string, string>
 */
function ajil_breaking_arabic() {
	return array(
		'Breaking news'                                => 'الأخبار العاجلة',
		'Send as breaking'                             => 'أرسل كعاجل',
		'Send as breaking when it is published'        => 'أرسل كعاجل عند النشر',
		'It goes out once, as soon as the public page is there.' => 'يُرسل مرة واحدة، فور توفّر الصفحة العامة.',
		'Urgency'                                      => 'الأهمية',
		'Flash: wakes everyone'                        => 'فوري: يوقظ الجميع',
		'Urgent: the usual choice'                     => 'عاجل: الخيار المعتاد',
		'Normal: without a sound'                      => 'عادي: بلا صوت',
		'Headline of the alert'                        => 'عنوان التنبيه',
		'Empty: the title of the post.'                => 'إن تركته فارغًا أُخذ عنوان المقال.',
		'Save your changes first: what is sent is the saved post.' => 'احفظ تعديلاتك أولًا: يُرسل المقال كما حُفظ.',
		'Send to readers now?'                         => 'هل ترسله إلى القرّاء الآن؟',
		'Send now'                                     => 'أرسل الآن',
		'Cancel'                                       => 'تراجع',
		'Try again'                                    => 'أعد المحاولة',
		'What do you want to send?'                    => 'ماذا تريد أن ترسل؟',
		'Nothing: edits of the post send nothing'      => 'لا شيء: تعديل المقال لا يرسل شيئًا',
		'Update: the news has moved on'                => 'تحديث: جدّ في الخبر جديد',
		'Correction: something was wrong'              => 'تصحيح: كان في الخبر خطأ',
		'Retraction: take the alert back'              => 'سحب: يُسحب التنبيه',
		'Note to readers'                              => 'ملاحظة للقرّاء',
		'What was wrong? Readers see it.'              => 'ما الخطأ؟ يراه القرّاء.',
		'Write a note first.'                          => 'اكتب الملاحظة أولًا.',
		'See the alert'                                => 'افتح التنبيه',
		'Not sent.'                                    => 'لم يُرسل.',
		'Waiting until the public page answers (last answer: %s).' => 'ينتظر أن تستجيب الصفحة العامة (آخر جواب: %s).',
		'Waiting for Ajil (last answer: %s).'          => 'ينتظر Ajil (آخر جواب: %s).',
		'On its way…'                                  => 'في الطريق…',
		'Sent to readers.'                             => 'أُرسل إلى القرّاء.',
		'The update was sent.'                         => 'أُرسل التحديث.',
		'The correction was sent.'                     => 'أُرسل التصحيح.',
		'The alert was retracted.'                     => 'سُحب التنبيه.',
		'At the desk: it waits for approval.'          => 'في مكتب التحرير: ينتظر الإجازة.',
		'At the desk: it is a draft there, and an editor sends it.' => 'في مكتب التحرير: هو مسودة هناك، ويرسلها محرر.',
		'At the desk: it is scheduled.'                => 'في مكتب التحرير: مجدول.',
		'The desk has ended the alert.'                => 'أنهى مكتب التحرير التنبيه.',
		'Ajil sent nothing: %s'                        => 'لم يرسل Ajil شيئًا: %s',
		'no category of the post has a topic. Add one in Ajil (Administration, Sources), or choose another category.' => 'لا موضوع لأيٍّ من تصنيفات المقال. أضِف موضوعًا في Ajil (الإدارة، المصادر) أو اختر تصنيفًا آخر.',
		'an alert of the last minutes has the same headline.' => 'في الدقائق الأخيرة تنبيه بالعنوان نفسه.',
		'another alert leads to the same article.'     => 'تنبيه آخر يقود إلى المقال نفسه.',
		'neither headline nor text has changed.'       => 'لم يتغيّر العنوان ولا النص.',
		'this source only makes drafts, so an editor updates or corrects the alert at the desk.' => 'هذا المصدر يصنع مسودات فقط، فالتحديث والتصحيح لمحرر في مكتب التحرير.',
		'the desk has ended the alert.'                => 'أنهى مكتب التحرير التنبيه.',
		'the newsroom has no alerts in this language.' => 'لا تنبيهات بهذه اللغة في غرفة الأخبار.',
		'the settings of the source make no alerts of this urgency.' => 'إعدادات المصدر لا تصنع تنبيهات بهذه الأهمية.',
		'an alert was made of this post before.'       => 'صُنع تنبيه من هذا المقال من قبل.',
		'The link was left out: add this site to ALLOWED_ORIGINS of Ajil. Links must be https.' => 'تُرك الرابط: أضِف هذا الموقع إلى ALLOWED_ORIGINS في Ajil. لا بدّ أن يكون الرابط https.',
		'The public page did not answer 200 for half an hour (last answer: %s). Look at the page, then try again.' => 'لم تجب الصفحة العامة بـ200 خلال نصف ساعة (آخر جواب: %s). افحص الصفحة ثم أعد المحاولة.',
		'Ajil could not be reached for half an hour (last answer: %s). Tell your administrator, then try again.' => 'تعذّر الوصول إلى Ajil نصف ساعة (آخر جواب: %s). أبلغ المدير ثم أعد المحاولة.',
		'Ajil refused the secret. An administrator corrects it in Settings, Ajil.' => 'رفض Ajil السرّ. يصحّحه المدير في الإعدادات، Ajil.',
		'Ajil knows no such source. An administrator corrects the address in Settings, Ajil.' => 'لا يعرف Ajil هذا المصدر. يصحّح المدير العنوان في الإعدادات، Ajil.',
		'Ajil could not use it: %s'                    => 'تعذّر على Ajil استعماله: %s',
		'Address and secret are not set. An administrator sets them in Settings, Ajil.' => 'لم يُضبط العنوان والسرّ. يضبطهما المدير في الإعدادات، Ajil.',
		'Readers cannot open the post: publish it without a password, then try again.' => 'لا يستطيع القرّاء فتح المقال: انشره بلا كلمة مرور ثم أعد المحاولة.',
		'It was sent as breaking before. Ask for an update or a correction.' => 'أُرسل كعاجل من قبل. اطلب تحديثًا أو تصحيحًا.',
		'Nothing of this post was sent yet.'           => 'لم يُرسل شيء من هذا المقال بعد.',
		'Another request of this post is on its way. Wait for it.' => 'طلب آخر لهذا المقال في الطريق. انتظره.',
		'The alert was retracted, so nothing more is sent of this post.' => 'سُحب التنبيه، فلا يُرسل من هذا المقال شيء آخر.',
		'You may not send to readers.'                 => 'ليس لك أن ترسل إلى القرّاء.',
		'The alert of “%s” is still with readers, although the post is no longer public.' => 'ما زال تنبيه «%s» عند القرّاء، مع أن المقال لم يعد منشورًا.',
		'Retract the alert'                            => 'اسحب التنبيه',
		'The alert is being retracted.'                => 'يُسحب التنبيه الآن.',
		'Address of the source'                        => 'عنوان المصدر',
		'As Ajil shows it (Administration, Sources): it ends in /v1/intake/ and the name of the source.' => 'كما يعرضه Ajil (الإدارة، المصادر): ينتهي بـ' . "\u{2066}/v1/intake/\u{2069}" . ' واسم المصدر.',
		'The address must begin with https:// and have /v1/intake/ and the name of a source.' => 'يبدأ العنوان بـ' . "\u{2066}https://\u{2069}" . ' وفيه ' . "\u{2066}/v1/intake/\u{2069}" . ' واسم المصدر.',
		'Secret of the source'                         => 'سرّ المصدر',
		'Ajil shows it once, when the source is made. Empty: the secret stays as it is.' => 'يعرضه Ajil مرة واحدة عند صنع المصدر. إن تركته فارغًا بقي كما هو.',
		'A secret is stored.'                          => 'السرّ محفوظ.',
		'wp-config.php sets the secret.'               => 'السرّ مضبوط في wp-config.php.',
		'Language of posts'                            => 'لغة المقالات',
		'Empty: the language of the site, or what Polylang says of the post.' => 'إن تركتها فارغة فهي لغة الموقع، أو ما يقوله Polylang عن المقال.',
		'When a post is unpublished'                   => 'حين يُلغى نشر مقال',
		'ask the editor whether to retract its alert'  => 'اسأل المحرر هل يُسحب تنبيهه',
		'retract its alert at once'                    => 'اسحب تنبيهه فورًا',
		'Topics'                                       => 'المواضيع',
		'Ajil turns categories into topics (Administration, Sources). Your categories, as Ajil gets them:' => 'يحوّل Ajil التصنيفات إلى مواضيع (الإدارة، المصادر). تصنيفاتك كما تصل إليه:',
		'Settings saved.'                              => 'حُفظت الإعدادات.',
		'Check the connection'                         => 'افحص الاتصال',
		'Ajil answers, and the secret is right.'       => 'Ajil يجيب، والسرّ صحيح.',
		'Ajil does not answer: %s'                     => 'Ajil لا يجيب: %s',
	);
}

/*
 * -------------------------------------------------------------------------
 * Installation
 * -------------------------------------------------------------------------
 */

register_activation_hook( __FILE__, 'ajil_breaking_activate' );
register_uninstall_hook( __FILE__, 'ajil_breaking_uninstall' );

/**
 * Gives the capability to those who decide what is published. Options are not loaded with every page.
 */
function ajil_breaking_activate() {
	foreach ( array( 'administrator', 'editor' ) as $name ) {
		$role = get_role( $name );
		if ( $role ) {
			$role->add_cap( AJIL_BREAKING_CAPABILITY );
		}
	}
	foreach ( ajil_breaking_defaults() as $name => $value ) {
		add_option( $name, $value, '', 'no' );
	}
}

/**
 * Leaves nothing behind.
 */
function ajil_breaking_uninstall() {
	foreach ( wp_roles()->role_objects as $role ) {
		$role->remove_cap( AJIL_BREAKING_CAPABILITY );
	}
	foreach ( array_keys( ajil_breaking_defaults() ) as $name ) {
		delete_option( $name );
	}
	foreach ( array( AJIL_BREAKING_WANTED, AJIL_BREAKING_HEADLINE, AJIL_BREAKING_URGENCY, AJIL_BREAKING_RECORD ) as $name ) {
		delete_post_meta_by_key( $name );
	}
	wp_unschedule_hook( AJIL_BREAKING_EVENT );
}

/**
 * The options and what they are until somebody sets them.
 *
 * @return array<string, string>
 */
function ajil_breaking_defaults() {
	return array(
		'ajil_breaking_url'       => '',
		'ajil_breaking_secret'    => '',
		'ajil_breaking_lang'      => '',
		'ajil_breaking_unpublish' => 'ask',
	);
}

/**
 * The secret of the source. `AJIL_BREAKING_SECRET` in wp-config.php keeps it out of the database.
 *
 * @return string
 */
function ajil_breaking_secret() {
	return defined( 'AJIL_BREAKING_SECRET' ) ? (string) AJIL_BREAKING_SECRET : (string) get_option( 'ajil_breaking_secret', '' );
}

/**
 * The types of posts that can be sent.
 *
 * @return string[]
 */
function ajil_breaking_post_types() {
	/**
	 * Filters which types of posts can be sent as breaking. A type needs support for `custom-fields`.
	 *
	 * @param string[] $types Names of post types.
	 */
	return (array) apply_filters( 'ajil_breaking_post_types', array( 'post' ) );
}

/**
 * Whether the present user may send a post to readers.
 *
 * @param int $post_id Post.
 * @return bool
 */
function ajil_breaking_may_send( $post_id ) {
	return current_user_can( AJIL_BREAKING_CAPABILITY ) && current_user_can( 'publish_post', $post_id ) && current_user_can( 'edit_post', $post_id );
}

/*
 * -------------------------------------------------------------------------
 * What stands in the post
 * -------------------------------------------------------------------------
 */

add_action( 'init', 'ajil_breaking_register_meta' );

/**
 * The choices are saved with the post, so that a scheduled post keeps them.
 */
function ajil_breaking_register_meta() {
	$fields = array(
		AJIL_BREAKING_WANTED   => array( 'boolean', 'rest_sanitize_boolean' ),
		AJIL_BREAKING_HEADLINE => array( 'string', 'sanitize_text_field' ),
		AJIL_BREAKING_URGENCY  => array( 'string', 'ajil_breaking_urgency' ),
	);
	foreach ( ajil_breaking_post_types() as $type ) {
		foreach ( $fields as $name => $field ) {
			register_post_meta(
				$type,
				$name,
				array(
					'type'              => $field[0],
					'sanitize_callback' => $field[1],
					'single'            => true,
					'default'           => AJIL_BREAKING_WANTED === $name ? false : ( AJIL_BREAKING_URGENCY === $name ? 'urgent' : '' ),
					'show_in_rest'      => true,
					'auth_callback'     => function ( $allowed, $key, $post_id ) {
						return ajil_breaking_may_send( $post_id );
					},
				)
			);
		}
	}
}

/**
 * One of our urgencies.
 *
 * @param mixed $value What was chosen.
 * @return string
 */
function ajil_breaking_urgency( $value ) {
	return in_array( $value, AJIL_BREAKING_URGENCIES, true ) ? $value : 'urgent';
}

/**
 * What was asked for of a post, and what became of it.
 *
 * - `asked`: how often something was asked for; the newest request has this number.
 * - `request`: what is on its way; null: nothing is. Its `item` is what Ajil gets, and does not change between tries.
 * - `alert`: the id of the alert; empty: there is none.
 * - `state`: '', 'waiting', 'sent', 'desk', 'ended', 'retracted', 'ignored', 'failed'.
 * - `said`: why, as a code and what it names.
 *
 * @param int $post_id Post.
 * @return array
 */
function ajil_breaking_record( $post_id ) {
	$known = get_post_meta( $post_id, AJIL_BREAKING_RECORD, true );
	return array_merge(
		array(
			'asked'   => 0,
			'request' => null,
			'alert'   => '',
			'state'   => '',
			'change'  => '',
			'said'    => array( '', '' ),
			'linked'  => true,
			'looked'  => 0,
		),
		is_array( $known ) ? $known : array()
	);
}

/**
 * Writes a record.
 *
 * @param int   $post_id Post.
 * @param array $record  Record.
 */
function ajil_breaking_write( $post_id, array $record ) {
	// `update_post_meta` takes slashes away.
	update_post_meta( $post_id, AJIL_BREAKING_RECORD, wp_slash( $record ) );
}

/**
 * Does something that no other process does for this post at the same time. Two saves of one post may run side by side.
 *
 * @param int      $post_id Post.
 * @param int      $seconds How long to wait for the others.
 * @param callable $work    What to do.
 * @return mixed What the work returned; null: others were busy.
 */
function ajil_breaking_alone( $post_id, $seconds, $work ) {
	global $wpdb;
	$name = substr( md5( $wpdb->prefix . DB_NAME ), 0, 16 ) . '-ajil-' . $post_id;
	// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- a lock that ends with its connection.
	if ( '1' !== (string) $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK( %s, %d )', $name, $seconds ) ) ) {
		return null;
	}
	try {
		// Another process may have written since this one read: the post may be public by now.
		wp_cache_delete( $post_id, 'post_meta' );
		wp_cache_delete( $post_id, 'posts' );
		return $work();
	} finally {
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery
		$wpdb->get_var( $wpdb->prepare( 'SELECT RELEASE_LOCK( %s )', $name ) );
	}
}

/*
 * -------------------------------------------------------------------------
 * Asking
 * -------------------------------------------------------------------------
 */

add_action( 'wp_after_insert_post', 'ajil_breaking_after_save', 10, 4 );

/**
 * Looks at each save of a post, once its fields are saved as well. Only the step from unpublished to published counts, which the
 * block editor's second save and later edits do not make.
 *
 * @param int          $post_id Post.
 * @param WP_Post      $post    As it is.
 * @param bool         $update  Whether it was there.
 * @param WP_Post|null $before  As it was.
 */
function ajil_breaking_after_save( $post_id, $post, $update, $before ) {
	if ( ! in_array( $post->post_type, ajil_breaking_post_types(), true ) || wp_is_post_revision( $post_id ) ) {
		return;
	}
	$was_public = $before instanceof WP_Post && 'publish' === $before->post_status;
	$is_public  = 'publish' === $post->post_status;
	if ( $is_public && ! $was_public && get_post_meta( $post_id, AJIL_BREAKING_WANTED, true ) ) {
		ajil_breaking_ask(
			$post_id,
			array(
				'change'   => 'new',
				'headline' => get_post_meta( $post_id, AJIL_BREAKING_HEADLINE, true ),
				'urgency'  => get_post_meta( $post_id, AJIL_BREAKING_URGENCY, true ),
			)
		);
	}
	if ( $was_public && ! $is_public ) {
		ajil_breaking_unpublished( $post_id, $post );
	}
}

/**
 * A post that is not public any more: its alert is retracted only if the settings or an editor say so.
 *
 * @param int     $post_id Post.
 * @param WP_Post $post    As it is.
 */
function ajil_breaking_unpublished( $post_id, $post ) {
	$record = ajil_breaking_record( $post_id );
	if ( '' === $record['alert'] || 'retracted' === $record['state'] ) {
		return;
	}
	if ( 'retract' === get_option( 'ajil_breaking_unpublish', 'ask' ) ) {
		ajil_breaking_ask( $post_id, array( 'change' => 'retraction' ) );
	} elseif ( get_current_user_id() ) {
		set_transient( 'ajil_breaking_ask_' . get_current_user_id(), $post_id, HOUR_IN_SECONDS );
	}
}

/**
 * Writes down what an editor asks for, and has it tried.
 *
 * @param int   $post_id Post.
 * @param array $wanted  `change` (new, update, correction, retraction), `headline`, `urgency`, `note`.
 * @return true|WP_Error
 */
function ajil_breaking_ask( $post_id, array $wanted ) {
	$change = $wanted['change'];
	$asked  = ajil_breaking_alone(
		$post_id,
		10,
		function () use ( $post_id, $wanted, $change ) {
			$record = ajil_breaking_record( $post_id );
			$fault  = ajil_breaking_refusal( $record, $change );
			if ( '' !== $fault ) {
				return new WP_Error( 'ajil_breaking_refused', $fault, array( 'status' => 409 ) );
			}
			++$record['asked'];
			$record['state']   = 'waiting';
			$record['change']  = $change;
			$record['said']    = array( '', '' );
			$record['request'] = array(
				'item'    => ajil_breaking_item( get_post( $post_id ), $record['asked'], $wanted ),
				'since'   => time(),
				'next'    => time(),
				'tries'   => 0,
				'waitsOn' => '',
			);
			ajil_breaking_write( $post_id, $record );
			return true;
		}
	);
	if ( null === $asked ) {
		return new WP_Error( 'ajil_breaking_busy', __( 'Another request of this post is on its way. Wait for it.', 'ajil-breaking' ), array( 'status' => 409 ) );
	}
	if ( true === $asked ) {
		ajil_breaking_schedule( $post_id );
		add_action(
			'shutdown',
			function () use ( $post_id ) {
				ajil_breaking_begin( $post_id );
			}
		);
	}
	return $asked;
}

/**
 * Begins at the end of the present page, once the editor has the answer where the server can do that. Otherwise WP-Cron begins,
 * and an editor who has the post open does so as well.
 *
 * @param int $post_id Post.
 */
function ajil_breaking_begin( $post_id ) {
	if ( wp_doing_cron() || 'cli' === PHP_SAPI ) {
		ajil_breaking_try( $post_id );
	} elseif ( function_exists( 'fastcgi_finish_request' ) ) {
		fastcgi_finish_request();
		ajil_breaking_try( $post_id );
	} else {
		spawn_cron();
	}
}

/**
 * Why something cannot be asked for now; an empty text: it can.
 *
 * @param array  $record Record.
 * @param string $change Change.
 * @return string
 */
function ajil_breaking_refusal( array $record, $change ) {
	if ( null !== $record['request'] && 'retraction' !== $change ) {
		return __( 'Another request of this post is on its way. Wait for it.', 'ajil-breaking' );
	}
	if ( 'retracted' === $record['state'] ) {
		return __( 'The alert was retracted, so nothing more is sent of this post.', 'ajil-breaking' );
	}
	if ( 'new' === $change && '' !== $record['alert'] ) {
		return __( 'It was sent as breaking before. Ask for an update or a correction.', 'ajil-breaking' );
	}
	if ( 'new' !== $change && '' === $record['alert'] && null === $record['request'] ) {
		return __( 'Nothing of this post was sent yet.', 'ajil-breaking' );
	}
	return '';
}

/**
 * What Ajil gets. It is made once for each request.
 *
 * @param WP_Post $post    Post.
 * @param int     $version Number of the request.
 * @param array   $wanted  What the editor asks for.
 * @return array
 */
function ajil_breaking_item( WP_Post $post, $version, array $wanted ) {
	$headline = isset( $wanted['headline'] ) ? trim( (string) $wanted['headline'] ) : '';
	$note     = isset( $wanted['note'] ) ? trim( (string) $wanted['note'] ) : '';
	$excerpt  = '' !== trim( $post->post_excerpt )
		? $post->post_excerpt
		: wp_trim_words( excerpt_remove_blocks( strip_shortcodes( $post->post_content ) ), 40 );
	$item     = array(
		'id'         => home_url( '/' ) . '?p=' . $post->ID,
		'version'    => $version,
		'change'     => $wanted['change'],
		'headline'   => '' === $headline ? html_entity_decode( wp_strip_all_tags( $post->post_title ), ENT_QUOTES, 'UTF-8' ) : $headline,
		'text'       => '' === trim( $excerpt ) ? null : wp_strip_all_tags( $excerpt ),
		'url'        => get_permalink( $post ),
		'lang'       => ajil_breaking_lang( $post->ID ),
		'urgency'    => ajil_breaking_urgency( isset( $wanted['urgency'] ) ? $wanted['urgency'] : '' ),
		'categories' => ajil_breaking_categories( $post->ID ),
		'note'       => '' === $note ? null : mb_substr( $note, 0, 300 ),
	);
	/**
	 * Filters what Ajil gets of a post.
	 *
	 * @param array   $item Item.
	 * @param WP_Post $post Post.
	 */
	return (array) apply_filters( 'ajil_breaking_item', $item, $post );
}

/**
 * The language of a post: `ar`, `en-US`.
 *
 * @param int $post_id Post.
 * @return string
 */
function ajil_breaking_lang( $post_id ) {
	$chosen = (string) get_option( 'ajil_breaking_lang', '' );
	if ( '' !== $chosen ) {
		return $chosen;
	}
	$of_post = function_exists( 'pll_get_post_language' ) ? (string) pll_get_post_language( $post_id ) : '';
	return '' !== $of_post ? $of_post : get_bloginfo( 'language' );
}

/**
 * The categories of a post and what they belong to, by slug and by name: Ajil's settings turn them into topics.
 *
 * @param int $post_id Post.
 * @return string[]
 */
function ajil_breaking_categories( $post_id ) {
	$words = array();
	foreach ( wp_get_post_categories( $post_id ) as $id ) {
		foreach ( array_merge( array( $id ), get_ancestors( $id, 'category', 'taxonomy' ) ) as $one ) {
			$term = get_term( $one, 'category' );
			if ( $term instanceof WP_Term ) {
				$words[] = rawurldecode( $term->slug );
				$words[] = html_entity_decode( $term->name, ENT_QUOTES, 'UTF-8' );
			}
		}
	}
	return array_slice( array_values( array_unique( $words ) ), 0, 100 );
}

/*
 * -------------------------------------------------------------------------
 * Trying
 * -------------------------------------------------------------------------
 */

add_action( AJIL_BREAKING_EVENT, 'ajil_breaking_try', 10, 1 );

/**
 * Has the request of a post tried when it is due.
 *
 * @param int $post_id Post.
 */
function ajil_breaking_schedule( $post_id ) {
	$request = ajil_breaking_record( $post_id )['request'];
	if ( null !== $request ) {
		// The number of the try keeps WordPress from taking it for the event before.
		wp_schedule_single_event( $request['next'], AJIL_BREAKING_EVENT, array( $post_id, $request['item']['version'], $request['tries'] ) );
	}
}

/**
 * Tries the request of a post, if it is due: by WP-Cron, or because an editor looks at it.
 *
 * @param int $post_id Post.
 */
function ajil_breaking_try( $post_id ) {
	$had_turn = ajil_breaking_alone(
		$post_id,
		0,
		function () use ( $post_id ) {
			$record = ajil_breaking_record( $post_id );
			if ( null === $record['request'] || $record['request']['next'] > time() ) {
				return true;
			}
			ajil_breaking_write( $post_id, ajil_breaking_tried( $post_id, $record ) );
			return true;
		}
	);
	if ( null !== $had_turn ) {
		ajil_breaking_schedule( $post_id );
	}
}

/**
 * The record after a try.
 *
 * @param int   $post_id Post.
 * @param array $record  Record.
 * @return array
 */
function ajil_breaking_tried( $post_id, array $record ) {
	$item          = $record['request']['item'];
	$is_retraction = 'retraction' === $item['change'];
	if ( '' === get_option( 'ajil_breaking_url', '' ) || '' === ajil_breaking_secret() ) {
		return ajil_breaking_ended( $record, 'failed', 'settings' );
	}
	if ( ! $is_retraction ) {
		$post = get_post( $post_id );
		if ( ! $post || 'publish' !== $post->post_status || '' !== $post->post_password ) {
			return ajil_breaking_ended( $record, 'failed', 'not-public' );
		}
		$page = ajil_breaking_page_answer( $item['url'] );
		if ( '200' !== $page ) {
			return ajil_breaking_later( $record, 'page', $page );
		}
	}
	$answer = wp_remote_post(
		get_option( 'ajil_breaking_url' ),
		array(
			'timeout'     => 10,
			'redirection' => 0,
			'headers'     => array(
				'Authorization' => 'Bearer ' . ajil_breaking_secret(),
				'Content-Type'  => 'application/json; charset=utf-8',
				'Accept'        => 'application/json',
			),
			'body'        => wp_json_encode( $item ),
		)
	);
	if ( is_wp_error( $answer ) ) {
		return ajil_breaking_later( $record, 'ajil', $answer->get_error_message() );
	}
	$status = (int) wp_remote_retrieve_response_code( $answer );
	$body   = json_decode( wp_remote_retrieve_body( $answer ), true );
	if ( 429 === $status || $status >= 500 ) {
		return ajil_breaking_later( $record, 'ajil', (string) $status );
	}
	if ( 200 !== $status || ! is_array( $body ) || ! isset( $body['action'] ) ) {
		return ajil_breaking_refused( $record, $status, is_array( $body ) ? $body : array() );
	}
	return ajil_breaking_answered( $record, $body );
}

/**
 * What the public page answers: a status, or why there is none. It is asked for as any reader would.
 *
 * @param string $url Permalink.
 * @return string
 */
function ajil_breaking_page_answer( $url ) {
	$page = wp_remote_get(
		$url,
		array(
			'timeout'             => 8,
			'redirection'         => 3,
			'limit_response_size' => 65536,
			'user-agent'          => 'Ajil-Breaking/' . AJIL_BREAKING_VERSION,
		)
	);
	return is_wp_error( $page ) ? $page->get_error_message() : (string) wp_remote_retrieve_response_code( $page );
}

/**
 * The request is over.
 *
 * @param array  $record Record.
 * @param string $state  State.
 * @param string $code   Why.
 * @param string $detail What it names.
 * @return array
 */
function ajil_breaking_ended( array $record, $state, $code = '', $detail = '' ) {
	$record['request'] = null;
	$record['state']   = $state;
	$record['said']    = array( $code, mb_substr( (string) $detail, 0, 160 ) );
	return $record;
}

/**
 * The request is tried later, or is given up.
 *
 * @param array  $record Record.
 * @param string $on     What it waits for: page, ajil.
 * @param string $detail The last answer.
 * @return array
 */
function ajil_breaking_later( array $record, $on, $detail ) {
	$request = $record['request'];
	if ( time() - $request['since'] > AJIL_BREAKING_LONGEST ) {
		return ajil_breaking_ended( $record, 'failed', $on, $detail );
	}
	$pauses             = AJIL_BREAKING_PAUSES;
	$request['next']    = time() + $pauses[ min( $request['tries'], count( $pauses ) - 1 ) ];
	$request['waitsOn'] = $on;
	++$request['tries'];
	$record['request'] = $request;
	$record['said']    = array( $on, mb_substr( $detail, 0, 160 ) );
	return $record;
}

/**
 * Ajil refused it: trying again would not help.
 *
 * @param array $record Record.
 * @param int   $status Status.
 * @param array $body   Problem details.
 * @return array
 */
function ajil_breaking_refused( array $record, $status, array $body ) {
	if ( 401 === $status || 403 === $status ) {
		return ajil_breaking_ended( $record, 'failed', 'secret' );
	}
	if ( 404 === $status ) {
		return ajil_breaking_ended( $record, 'failed', 'source' );
	}
	$faults = array();
	foreach ( isset( $body['errors'] ) && is_array( $body['errors'] ) ? $body['errors'] : array() as $error ) {
		$faults[] = trim( ( isset( $error['pointer'] ) ? $error['pointer'] : '' ) . ' ' . ( isset( $error['detail'] ) ? $error['detail'] : '' ) );
	}
	$detail = array() === $faults ? ( isset( $body['detail'] ) ? $body['detail'] : '' ) : implode( '; ', $faults );
	return ajil_breaking_ended( $record, 'failed', 'refused', '' === $detail ? (string) $status : $detail );
}

/**
 * Ajil has taken it in.
 *
 * @param array $record Record.
 * @param array $body   `action`, `alertId`, `status`, `why`.
 * @return array
 */
function ajil_breaking_answered( array $record, array $body ) {
	$action = (string) $body['action'];
	$status = isset( $body['status'] ) ? (string) $body['status'] : '';
	$code   = isset( $body['why']['code'] ) ? (string) $body['why']['code'] : '';
	$detail = isset( $body['reason'] ) ? (string) $body['reason'] : '';
	if ( 'ignored' === $action ) {
		// The post's own alert stays what it is.
		return ajil_breaking_ended( $record, 'ignored', $code, $detail );
	}
	$record['alert']  = isset( $body['alertId'] ) ? (string) $body['alertId'] : $record['alert'];
	$record['linked'] = 'link-left-out' !== $code;
	if ( 'retracted' === $action ) {
		return ajil_breaking_ended( $record, 'retracted' );
	}
	return ajil_breaking_ended( $record, ajil_breaking_state_of( $status ), 'desk' === ajil_breaking_state_of( $status ) ? $status : '' );
}

/**
 * Our word for the status of an alert.
 *
 * @param string $status Status.
 * @return string
 */
function ajil_breaking_state_of( $status ) {
	if ( in_array( $status, array( 'draft', 'awaiting-approval', 'scheduled' ), true ) ) {
		return 'desk';
	}
	if ( 'retracted' === $status ) {
		return 'retracted';
	}
	return in_array( $status, array( 'cancelled', 'aborted' ), true ) ? 'ended' : 'sent';
}

/**
 * What has become of an alert at the desk in the meantime. Readers may see it, so no secret is needed.
 *
 * @param int $post_id Post.
 */
function ajil_breaking_look( $post_id ) {
	$record = ajil_breaking_record( $post_id );
	if ( '' === $record['alert'] || null !== $record['request'] || time() - $record['looked'] < 5 || ! in_array( $record['state'], array( 'desk', 'sent', 'ignored' ), true ) ) {
		return;
	}
	$answer = wp_remote_get( ajil_breaking_base() . '/v1/alerts/' . rawurlencode( $record['alert'] ), array( 'timeout' => 5 ) );
	$alert  = 200 === (int) wp_remote_retrieve_response_code( $answer ) ? json_decode( wp_remote_retrieve_body( $answer ), true ) : null;
	ajil_breaking_alone(
		$post_id,
		0,
		function () use ( $post_id, $alert ) {
			$record = ajil_breaking_record( $post_id );
			if ( null !== $record['request'] ) {
				return;
			}
			$record['looked'] = time();
			$state            = is_array( $alert ) && isset( $alert['status'] ) ? ajil_breaking_state_of( (string) $alert['status'] ) : '';
			if ( 'retracted' === $state || ( 'sent' === $state && 'desk' === $record['state'] ) ) {
				$record = ajil_breaking_ended( $record, $state );
			}
			ajil_breaking_write( $post_id, $record );
		}
	);
}

/**
 * Where Ajil is.
 *
 * @return string
 */
function ajil_breaking_base() {
	return (string) preg_replace( '#/v1/intake/[^/]*$#', '', (string) get_option( 'ajil_breaking_url', '' ) );
}

/*
 * -------------------------------------------------------------------------
 * What the editor is told
 * -------------------------------------------------------------------------
 */

/**
 * What the editor sees of a post.
 *
 * @param int $post_id Post.
 * @return array
 */
function ajil_breaking_view( $post_id ) {
	$record = ajil_breaking_record( $post_id );
	$fault  = ajil_breaking_refusal( $record, '' === $record['alert'] ? 'new' : 'update' );
	return array(
		'state'   => $record['state'],
		'waits'   => null !== $record['request'],
		'hasSent' => '' !== $record['alert'],
		'mayAsk'  => '' === $fault,
		'asked'   => $record['asked'],
		'message' => ajil_breaking_message( $record ),
		'warning' => $record['linked'] ? '' : __( 'The link was left out: add this site to ALLOWED_ORIGINS of Ajil. Links must be https.', 'ajil-breaking' ),
		'page'    => '' !== $record['alert'] && in_array( $record['state'], array( 'sent', 'retracted' ), true ) ? ajil_breaking_base() . '/a/' . rawurlencode( $record['alert'] ) : '',
	);
}

/**
 * What a record says, in a sentence.
 *
 * @param array $record Record.
 * @return string
 */
function ajil_breaking_message( array $record ) {
	list( $code, $detail ) = $record['said'];
	switch ( $record['state'] ) {
		case 'waiting':
			if ( 'page' === $code ) {
				/* translators: %s: an HTTP status, or an error message */
				return sprintf( __( 'Waiting until the public page answers (last answer: %s).', 'ajil-breaking' ), $detail );
			}
			if ( 'ajil' === $code ) {
				/* translators: %s: an HTTP status, or an error message */
				return sprintf( __( 'Waiting for Ajil (last answer: %s).', 'ajil-breaking' ), $detail );
			}
			return __( 'On its way…', 'ajil-breaking' );
		case 'sent':
			$sent = array(
				'update'     => __( 'The update was sent.', 'ajil-breaking' ),
				'correction' => __( 'The correction was sent.', 'ajil-breaking' ),
			);
			return isset( $sent[ $record['change'] ] ) ? $sent[ $record['change'] ] : __( 'Sent to readers.', 'ajil-breaking' );
		case 'desk':
			$at_desk = array(
				'awaiting-approval' => __( 'At the desk: it waits for approval.', 'ajil-breaking' ),
				'scheduled'         => __( 'At the desk: it is scheduled.', 'ajil-breaking' ),
			);
			return isset( $at_desk[ $code ] ) ? $at_desk[ $code ] : __( 'At the desk: it is a draft there, and an editor sends it.', 'ajil-breaking' );
		case 'ended':
			return __( 'The desk has ended the alert.', 'ajil-breaking' );
		case 'retracted':
			return __( 'The alert was retracted.', 'ajil-breaking' );
		case 'ignored':
			/* translators: %s: a reason, which is the rest of the sentence */
			return sprintf( __( 'Ajil sent nothing: %s', 'ajil-breaking' ), ajil_breaking_reason( $code, $detail ) );
		case 'failed':
			return ajil_breaking_failure( $code, $detail );
		default:
			return __( 'Not sent.', 'ajil-breaking' );
	}
}

/**
 * Why Ajil sent nothing.
 *
 * @param string $code   Code of the reason.
 * @param string $detail What Ajil says, in English.
 * @return string
 */
function ajil_breaking_reason( $code, $detail ) {
	$reasons = array(
		'no-topic'           => __( 'no category of the post has a topic. Add one in Ajil (Administration, Sources), or choose another category.', 'ajil-breaking' ),
		'same-headline'      => __( 'an alert of the last minutes has the same headline.', 'ajil-breaking' ),
		'same-article'       => __( 'another alert leads to the same article.', 'ajil-breaking' ),
		'unchanged'          => __( 'neither headline nor text has changed.', 'ajil-breaking' ),
		'editors-turn'       => __( 'this source only makes drafts, so an editor updates or corrects the alert at the desk.', 'ajil-breaking' ),
		'ended'              => __( 'the desk has ended the alert.', 'ajil-breaking' ),
		'wrong-status'       => __( 'the desk has ended the alert.', 'ajil-breaking' ),
		'no-language'        => __( 'the newsroom has no alerts in this language.', 'ajil-breaking' ),
		'urgency-not-wanted' => __( 'the settings of the source make no alerts of this urgency.', 'ajil-breaking' ),
		'made-before'        => __( 'an alert was made of this post before.', 'ajil-breaking' ),
	);
	return isset( $reasons[ $code ] ) ? $reasons[ $code ] : $detail;
}

/**
 * What to do about a failure.
 *
 * @param string $code   Code.
 * @param string $detail What it names.
 * @return string
 */
function ajil_breaking_failure( $code, $detail ) {
	switch ( $code ) {
		case 'page':
			/* translators: %s: an HTTP status, or an error message */
			return sprintf( __( 'The public page did not answer 200 for half an hour (last answer: %s). Look at the page, then try again.', 'ajil-breaking' ), $detail );
		case 'ajil':
			/* translators: %s: an HTTP status, or an error message */
			return sprintf( __( 'Ajil could not be reached for half an hour (last answer: %s). Tell your administrator, then try again.', 'ajil-breaking' ), $detail );
		case 'secret':
			return __( 'Ajil refused the secret. An administrator corrects it in Settings, Ajil.', 'ajil-breaking' );
		case 'source':
			return __( 'Ajil knows no such source. An administrator corrects the address in Settings, Ajil.', 'ajil-breaking' );
		case 'settings':
			return __( 'Address and secret are not set. An administrator sets them in Settings, Ajil.', 'ajil-breaking' );
		case 'not-public':
			return __( 'Readers cannot open the post: publish it without a password, then try again.', 'ajil-breaking' );
		default:
			/* translators: %s: what is wrong */
			return sprintf( __( 'Ajil could not use it: %s', 'ajil-breaking' ), $detail );
	}
}

/*
 * -------------------------------------------------------------------------
 * Calls of the editor
 * -------------------------------------------------------------------------
 */

add_action( 'rest_api_init', 'ajil_breaking_routes' );

/**
 * `POST /ajil-breaking/v1/posts/<id>/look` tells what has become of a post, and tries what is due: so an editor who waits does
 * not wait for WP-Cron. `POST …/requests` asks for something.
 */
function ajil_breaking_routes() {
	$id         = array(
		'id' => array(
			'type'     => 'integer',
			'required' => true,
		),
	);
	$permission = function ( WP_REST_Request $request ) {
		$post = get_post( $request['id'] );
		if ( $post && in_array( $post->post_type, ajil_breaking_post_types(), true ) && ajil_breaking_may_send( $post->ID ) ) {
			return true;
		}
		return new WP_Error( 'rest_forbidden', __( 'You may not send to readers.', 'ajil-breaking' ), array( 'status' => rest_authorization_required_code() ) );
	};
	register_rest_route(
		'ajil-breaking/v1',
		'/posts/(?P<id>\d+)/look',
		array(
			'methods'             => 'POST',
			'permission_callback' => $permission,
			'args'                => $id,
			'callback'            => function ( WP_REST_Request $request ) {
				ajil_breaking_try( (int) $request['id'] );
				ajil_breaking_look( (int) $request['id'] );
				return ajil_breaking_view( (int) $request['id'] );
			},
		)
	);
	register_rest_route(
		'ajil-breaking/v1',
		'/posts/(?P<id>\d+)/requests',
		array(
			'methods'             => 'POST',
			'permission_callback' => $permission,
			'args'                => $id + array(
				'change'   => array(
					'type'     => 'string',
					'enum'     => array( 'new', 'update', 'correction', 'retraction' ),
					'required' => true,
				),
				'headline' => array(
					'type'              => 'string',
					'maxLength'         => 200,
					'default'           => '',
					'sanitize_callback' => 'sanitize_text_field',
				),
				'urgency'  => array(
					'type'    => 'string',
					'enum'    => AJIL_BREAKING_URGENCIES,
					'default' => 'urgent',
				),
				'note'     => array(
					'type'              => 'string',
					'maxLength'         => 300,
					'default'           => '',
					'sanitize_callback' => 'sanitize_textarea_field',
				),
			),
			'callback'            => function ( WP_REST_Request $request ) {
				$post_id = (int) $request['id'];
				$change  = $request['change'];
				if ( 'retraction' !== $change && 'publish' !== get_post_status( $post_id ) ) {
					return new WP_Error( 'ajil_breaking_refused', ajil_breaking_failure( 'not-public', '' ), array( 'status' => 409 ) );
				}
				$asked = ajil_breaking_ask( $post_id, $request->get_params() );
				return is_wp_error( $asked ) ? $asked : new WP_REST_Response( ajil_breaking_view( $post_id ), 202 );
			},
		)
	);
}

/*
 * -------------------------------------------------------------------------
 * In the editors
 * -------------------------------------------------------------------------
 */

add_action( 'enqueue_block_editor_assets', 'ajil_breaking_block_editor' );
add_action( 'add_meta_boxes', 'ajil_breaking_meta_box' );
add_action( 'save_post', 'ajil_breaking_save_meta_box', 10, 2 );

/**
 * The script for both editors, with its words. It needs no build.
 *
 * @param int      $post_id Post.
 * @param string[] $needs   Scripts that come first.
 */
function ajil_breaking_script( $post_id, array $needs ) {
	// phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion -- it has no file.
	wp_register_script( 'ajil-breaking', false, array_merge( array( 'wp-element', 'wp-components', 'wp-api-fetch' ), $needs ), AJIL_BREAKING_VERSION, true );
	$data = array(
		'postId'    => $post_id,
		'view'      => ajil_breaking_view( $post_id ),
		'urgencies' => ajil_breaking_urgency_names(),
		'text'      => array(
			'title'        => __( 'Breaking news', 'ajil-breaking' ),
			'send'         => __( 'Send as breaking', 'ajil-breaking' ),
			'wanted'       => __( 'Send as breaking when it is published', 'ajil-breaking' ),
			'wantedHelp'   => __( 'It goes out once, as soon as the public page is there.', 'ajil-breaking' ),
			'urgency'      => __( 'Urgency', 'ajil-breaking' ),
			'headline'     => __( 'Headline of the alert', 'ajil-breaking' ),
			'headlineHelp' => __( 'Empty: the title of the post.', 'ajil-breaking' ),
			'saveFirst'    => __( 'Save your changes first: what is sent is the saved post.', 'ajil-breaking' ),
			'sure'         => __( 'Send to readers now?', 'ajil-breaking' ),
			'yes'          => __( 'Send now', 'ajil-breaking' ),
			'no'           => __( 'Cancel', 'ajil-breaking' ),
			'again'        => __( 'Try again', 'ajil-breaking' ),
			'change'       => __( 'What do you want to send?', 'ajil-breaking' ),
			'none'         => __( 'Nothing: edits of the post send nothing', 'ajil-breaking' ),
			'update'       => __( 'Update: the news has moved on', 'ajil-breaking' ),
			'correction'   => __( 'Correction: something was wrong', 'ajil-breaking' ),
			'retraction'   => __( 'Retraction: take the alert back', 'ajil-breaking' ),
			'note'         => __( 'Note to readers', 'ajil-breaking' ),
			'noteHelp'     => __( 'What was wrong? Readers see it.', 'ajil-breaking' ),
			'noteFirst'    => __( 'Write a note first.', 'ajil-breaking' ),
			'page'         => __( 'See the alert', 'ajil-breaking' ),
		),
		'meta'      => array(
			'wanted'   => AJIL_BREAKING_WANTED,
			'headline' => AJIL_BREAKING_HEADLINE,
			'urgency'  => AJIL_BREAKING_URGENCY,
		),
	);
	wp_add_inline_script( 'ajil-breaking', 'window.ajilBreaking = ' . wp_json_encode( $data, JSON_HEX_TAG | JSON_HEX_AMP ) . ';', 'before' );
	wp_add_inline_script( 'ajil-breaking', ajil_breaking_javascript() );
	wp_enqueue_script( 'ajil-breaking' );
	wp_enqueue_style( 'wp-components' );
	wp_add_inline_style( 'wp-components', '.ajil-breaking-state .components-notice { margin: 0 0 12px; } .ajil-breaking-state .components-spinner { margin: 0; margin-inline-end: 8px; } .ajil-breaking-actions .components-base-control { margin-bottom: 16px; }' );
}

/**
 * The urgencies as an editor reads them.
 *
 * @return array<string, string>
 */
function ajil_breaking_urgency_names() {
	return array(
		'flash'  => __( 'Flash: wakes everyone', 'ajil-breaking' ),
		'urgent' => __( 'Urgent: the usual choice', 'ajil-breaking' ),
		'normal' => __( 'Normal: without a sound', 'ajil-breaking' ),
	);
}

/**
 * A panel in the block editor.
 */
function ajil_breaking_block_editor() {
	$post = get_post();
	if ( $post && in_array( $post->post_type, ajil_breaking_post_types(), true ) && ajil_breaking_may_send( $post->ID ) ) {
		ajil_breaking_script( $post->ID, array( 'wp-plugins', 'wp-edit-post', 'wp-data' ) );
	}
}

/**
 * A box in the classic editor. The block editor has its panel instead.
 */
function ajil_breaking_meta_box() {
	foreach ( ajil_breaking_post_types() as $type ) {
		add_meta_box( 'ajil-breaking', __( 'Breaking news', 'ajil-breaking' ), 'ajil_breaking_render_meta_box', $type, 'side', 'high', array( '__back_compat_meta_box' => true ) );
	}
}

/**
 * Fields for a post that is not public yet, which are saved with it; for a public one, the same buttons as in the block editor.
 *
 * @param WP_Post $post Post.
 */
function ajil_breaking_render_meta_box( $post ) {
	if ( ! ajil_breaking_may_send( $post->ID ) ) {
		echo '<p>' . esc_html__( 'You may not send to readers.', 'ajil-breaking' ) . '</p>';
		return;
	}
	if ( 'publish' === $post->post_status || ajil_breaking_record( $post->ID )['asked'] > 0 ) {
		ajil_breaking_script( $post->ID, array() );
		echo '<div id="ajil-breaking-box"></div>';
		return;
	}
	wp_nonce_field( 'ajil_breaking_' . $post->ID, 'ajil_breaking_nonce' );
	$urgency = ajil_breaking_urgency( get_post_meta( $post->ID, AJIL_BREAKING_URGENCY, true ) );
	?>
	<p>
		<label>
			<input type="checkbox" name="ajil_breaking_wanted" value="1" <?php checked( (bool) get_post_meta( $post->ID, AJIL_BREAKING_WANTED, true ) ); ?> />
			<?php esc_html_e( 'Send as breaking when it is published', 'ajil-breaking' ); ?>
		</label>
	</p>
	<p class="description"><?php esc_html_e( 'It goes out once, as soon as the public page is there.', 'ajil-breaking' ); ?></p>
	<p>
		<label for="ajil-breaking-urgency"><?php esc_html_e( 'Urgency', 'ajil-breaking' ); ?></label><br />
		<select id="ajil-breaking-urgency" name="ajil_breaking_urgency" class="widefat">
			<?php foreach ( ajil_breaking_urgency_names() as $value => $name ) : ?>
				<option value="<?php echo esc_attr( $value ); ?>" <?php selected( $urgency, $value ); ?>><?php echo esc_html( $name ); ?></option>
			<?php endforeach; ?>
		</select>
	</p>
	<p>
		<label for="ajil-breaking-headline"><?php esc_html_e( 'Headline of the alert', 'ajil-breaking' ); ?></label><br />
		<input type="text" id="ajil-breaking-headline" name="ajil_breaking_headline" class="widefat" dir="auto" maxlength="200" value="<?php echo esc_attr( get_post_meta( $post->ID, AJIL_BREAKING_HEADLINE, true ) ); ?>" />
		<span class="description"><?php esc_html_e( 'Empty: the title of the post.', 'ajil-breaking' ); ?></span>
	</p>
	<?php
}

/**
 * Saves the fields of the classic editor, before the post counts as saved.
 *
 * @param int     $post_id Post.
 * @param WP_Post $post    Post.
 */
function ajil_breaking_save_meta_box( $post_id, $post ) {
	if ( ! isset( $_POST['ajil_breaking_nonce'] ) || ! in_array( $post->post_type, ajil_breaking_post_types(), true ) ) {
		return;
	}
	$nonce = sanitize_text_field( wp_unslash( $_POST['ajil_breaking_nonce'] ) );
	if ( ! wp_verify_nonce( $nonce, 'ajil_breaking_' . $post_id ) || wp_is_post_autosave( $post_id ) || ! ajil_breaking_may_send( $post_id ) ) {
		return;
	}
	$headline = isset( $_POST['ajil_breaking_headline'] ) ? sanitize_text_field( wp_unslash( $_POST['ajil_breaking_headline'] ) ) : '';
	$urgency  = isset( $_POST['ajil_breaking_urgency'] ) ? sanitize_key( wp_unslash( $_POST['ajil_breaking_urgency'] ) ) : '';
	update_post_meta( $post_id, AJIL_BREAKING_WANTED, isset( $_POST['ajil_breaking_wanted'] ) );
	update_post_meta( $post_id, AJIL_BREAKING_HEADLINE, wp_slash( mb_substr( $headline, 0, 200 ) ) );
	update_post_meta( $post_id, AJIL_BREAKING_URGENCY, ajil_breaking_urgency( $urgency ) );
}

/**
 * The script: one component, in a panel of the block editor or in the box of the classic one.
 *
 * @return string
 */
function ajil_breaking_javascript() {
	return <<<'JAVASCRIPT'
( function ( wp, data ) {
	'use strict';
	var el = wp.element.createElement;
	var useState = wp.element.useState;
	var useEffect = wp.element.useEffect;
	var ui = wp.components;
	var text = data.text;
	var urgencies = Object.keys( data.urgencies ).map( function ( value ) {
		return { value: value, label: data.urgencies[ value ] };
	} );

	function call( what, body ) {
		return wp.apiFetch( {
			path: '/ajil-breaking/v1/posts/' + data.postId + '/' + what,
			method: 'POST',
			data: body || {},
		} );
	}

	function urgencyField( value, onChange ) {
		return el( ui.SelectControl, { label: text.urgency, value: value, options: urgencies, onChange: onChange } );
	}

	function headlineField( value, placeholder, onChange ) {
		return el( ui.TextControl, {
			label: text.headline,
			help: text.headlineHelp,
			value: value,
			placeholder: placeholder,
			maxLength: 200,
			/* `auto` looks at the value alone. */
			dir: /[\u0590-\u08ff]/.test( value || placeholder || '' ) ? 'rtl' : 'ltr',
			onChange: onChange,
		} );
	}

	/* What becomes of the post: it looks again after each save, and often while something is on its way. */
	function useView( saved ) {
		var state = useState( data.view );
		var view = state[ 0 ];
		var setView = state[ 1 ];
		useEffect(
			function () {
				var over = false;
				var timer;
				function look() {
					call( 'look' ).then(
						function ( now ) {
							if ( over ) {
								return;
							}
							setView( now );
							plan( now );
						},
						function () {
							if ( ! over ) {
								plan( view );
							}
						}
					);
				}
				function plan( now ) {
					if ( now.waits || now.state === 'desk' ) {
						timer = setTimeout( look, now.waits ? 1500 : 10000 );
					}
				}
				look();
				return function () {
					over = true;
					clearTimeout( timer );
				};
			},
			[ saved, view.asked ]
		);
		return [ view, setView ];
	}

	function State( props ) {
		var view = props.view;
		var bad = view.state === 'failed' || view.state === 'ignored';
		return el(
			'div',
			{ className: 'ajil-breaking-state', 'data-state': view.state, role: 'status' },
			el(
				ui.Notice,
				{ status: bad ? 'error' : view.state === 'sent' ? 'success' : 'info', isDismissible: false },
				view.waits ? el( ui.Spinner ) : null,
				view.message
			),
			view.warning ? el( ui.Notice, { status: 'warning', isDismissible: false }, view.warning ) : null,
			view.page ? el( 'p', null, el( ui.ExternalLink, { href: view.page }, text.page ) ) : null
		);
	}

	/* Of a post that is public: send it, or what follows. */
	function Actions( props ) {
		var view = props.view;
		var change = useState( '' );
		var headline = useState( props.headline || '' );
		var note = useState( '' );
		var urgency = useState( props.urgency || 'urgent' );
		var isSure = useState( false );
		var fault = useState( '' );
		var busy = useState( false );
		var what = view.hasSent ? change[ 0 ] : 'new';
		var needsNote = what === 'correction' || what === 'retraction';

		function send() {
			busy[ 1 ]( true );
			call( 'requests', { change: what, headline: headline[ 0 ], note: note[ 0 ], urgency: urgency[ 0 ] } ).then(
				function ( now ) {
					busy[ 1 ]( false );
					isSure[ 1 ]( false );
					change[ 1 ]( '' );
					note[ 1 ]( '' );
					props.onAsked( now );
				},
				function ( error ) {
					busy[ 1 ]( false );
					isSure[ 1 ]( false );
					fault[ 1 ]( error.message );
				}
			);
		}

		function press() {
			fault[ 1 ]( '' );
			if ( needsNote && note[ 0 ].trim() === '' ) {
				fault[ 1 ]( text.noteFirst );
				return;
			}
			isSure[ 1 ]( true );
		}

		return el(
			'div',
			{ className: 'ajil-breaking-actions' },
			view.hasSent
				? el( ui.RadioControl, {
						label: text.change,
						selected: what,
						options: [
							{ value: '', label: text.none },
							{ value: 'update', label: text.update },
							{ value: 'correction', label: text.correction },
							{ value: 'retraction', label: text.retraction },
						],
						onChange: function ( value ) {
							change[ 1 ]( value );
							isSure[ 1 ]( false );
						},
				  } )
				: urgencyField( urgency[ 0 ], urgency[ 1 ] ),
			what === '' || what === 'retraction' ? null : headlineField( headline[ 0 ], props.title, headline[ 1 ] ),
			needsNote
				? el( ui.TextareaControl, {
						label: text.note,
						help: text.noteHelp,
						value: note[ 0 ],
						maxLength: 300,
						dir: 'auto',
						onChange: note[ 1 ],
				  } )
				: null,
			props.isDirty && what !== '' && what !== 'retraction' ? el( 'p', { className: 'description' }, text.saveFirst ) : null,
			fault[ 0 ] ? el( ui.Notice, { status: 'error', isDismissible: false }, fault[ 0 ] ) : null,
			what === ''
				? null
				: isSure[ 0 ]
				? el(
						'div',
						{ role: 'group', 'aria-label': text.sure },
						el( 'p', null, el( 'strong', null, text.sure ) ),
						el( ui.Button, { variant: 'primary', isBusy: busy[ 0 ], disabled: busy[ 0 ], onClick: send }, text.yes ),
						' ',
						el(
							ui.Button,
							{
								variant: 'tertiary',
								onClick: function () {
									isSure[ 1 ]( false );
								},
							},
							text.no
						)
				  )
				: el(
						ui.Button,
						{ variant: 'secondary', onClick: press },
						view.hasSent ? text[ what ] : view.asked > 0 ? text.again : text.send
				  )
		);
	}

	function Box( props ) {
		var view = props.view;
		var mayRetract = view.hasSent && view.state !== 'retracted';
		return el(
			wp.element.Fragment,
			null,
			view.asked > 0 ? el( State, { view: view } ) : null,
			view.mayAsk && ( props.isPublic || mayRetract )
				? el( Actions, Object.assign( {}, props, { key: view.asked + view.state } ) )
				: null,
			! props.isPublic && view.asked === 0 ? props.choices : null
		);
	}

	function Panel() {
		var edited = wp.data.useSelect( function ( select ) {
			var editor = select( 'core/editor' );
			return {
				meta: editor.getEditedPostAttribute( 'meta' ) || {},
				title: editor.getEditedPostAttribute( 'title' ),
				status: editor.getCurrentPostAttribute( 'status' ),
				isDirty: editor.isEditedPostDirty(),
				isSaving: editor.isSavingPost() && ! editor.isAutosavingPost(),
			};
		}, [] );
		var edit = wp.data.useDispatch( 'core/editor' ).editPost;
		var pair = useView( edited.status + edited.isSaving );
		var view = pair[ 0 ];
		/* The panel may be closed. */
		useEffect(
			function () {
				var notices = wp.data.dispatch( 'core/notices' );
				if ( view.state === 'failed' || view.state === 'ignored' ) {
					notices.createErrorNotice( view.message, { id: 'ajil-breaking' } );
				} else {
					notices.removeNotice( 'ajil-breaking' );
				}
			},
			[ view.state, view.message ]
		);
		function set( name, value ) {
			var meta = {};
			meta[ data.meta[ name ] ] = value;
			edit( { meta: meta } );
		}
		function chosen( name ) {
			return edited.meta[ data.meta[ name ] ];
		}
		var choices = el(
			wp.element.Fragment,
			null,
			el( ui.CheckboxControl, {
				label: text.wanted,
				help: text.wantedHelp,
				checked: !! chosen( 'wanted' ),
				onChange: function ( value ) {
					set( 'wanted', value );
				},
			} ),
			chosen( 'wanted' )
				? urgencyField( chosen( 'urgency' ) || 'urgent', function ( value ) {
						set( 'urgency', value );
				  } )
				: null,
			chosen( 'wanted' )
				? headlineField( chosen( 'headline' ) || '', edited.title, function ( value ) {
						set( 'headline', value );
				  } )
				: null
		);
		var PluginPanel = ( wp.editor && wp.editor.PluginDocumentSettingPanel ) || wp.editPost.PluginDocumentSettingPanel;
		return el(
			PluginPanel,
			{ name: 'ajil-breaking', title: text.title, className: 'ajil-breaking' },
			el( Box, {
				view: view,
				onAsked: pair[ 1 ],
				isPublic: edited.status === 'publish',
				isDirty: edited.isDirty,
				title: edited.title,
				headline: chosen( 'headline' ),
				urgency: chosen( 'urgency' ),
				choices: choices,
			} )
		);
	}

	function Classic() {
		var pair = useView( '' );
		var title = document.getElementById( 'title' );
		return el( Box, {
			view: pair[ 0 ],
			onAsked: pair[ 1 ],
			isPublic: document.getElementById( 'original_post_status' ).value === 'publish',
			isDirty: true,
			title: title ? title.value : '',
			choices: null,
		} );
	}

	var box = document.getElementById( 'ajil-breaking-box' );
	if ( box ) {
		var content = el( Classic );
		if ( wp.element.createRoot ) {
			wp.element.createRoot( box ).render( content );
		} else {
			wp.element.render( content, box );
		}
	} else if ( wp.plugins ) {
		wp.plugins.registerPlugin( 'ajil-breaking', { render: Panel, icon: 'megaphone' } );
	}
} )( window.wp, window.ajilBreaking );
JAVASCRIPT;
}

/*
 * -------------------------------------------------------------------------
 * A post that is not public any more
 * -------------------------------------------------------------------------
 */

add_action( 'admin_notices', 'ajil_breaking_notice' );
add_action( 'admin_post_ajil_breaking_retract', 'ajil_breaking_retract' );

/**
 * Asks the editor who took a post away whether its alert is to go as well.
 */
function ajil_breaking_notice() {
	$name    = 'ajil_breaking_ask_' . get_current_user_id();
	$post_id = (int) get_transient( $name );
	if ( isset( $_GET['ajil_breaking_retracted'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a text, and nothing else.
		echo '<div class="notice notice-info is-dismissible"><p>' . esc_html__( 'The alert is being retracted.', 'ajil-breaking' ) . '</p></div>';
	}
	if ( ! $post_id || ! ajil_breaking_may_send( $post_id ) ) {
		return;
	}
	delete_transient( $name );
	$record = ajil_breaking_record( $post_id );
	if ( 'publish' === get_post_status( $post_id ) || '' === $record['alert'] || 'retracted' === $record['state'] ) {
		return;
	}
	/* translators: %s: title of a post */
	$said = sprintf( __( 'The alert of “%s” is still with readers, although the post is no longer public.', 'ajil-breaking' ), get_the_title( $post_id ) );
	?>
	<div class="notice notice-warning is-dismissible">
		<p><?php echo esc_html( $said ); ?></p>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<input type="hidden" name="action" value="ajil_breaking_retract" />
			<input type="hidden" name="post" value="<?php echo esc_attr( (string) $post_id ); ?>" />
			<?php wp_nonce_field( 'ajil_breaking_retract_' . $post_id ); ?>
			<p><button class="button"><?php esc_html_e( 'Retract the alert', 'ajil-breaking' ); ?></button></p>
		</form>
	</div>
	<?php
}

/**
 * Retracts the alert of a post that was taken away.
 */
function ajil_breaking_retract() {
	$post_id = isset( $_POST['post'] ) ? absint( $_POST['post'] ) : 0;
	check_admin_referer( 'ajil_breaking_retract_' . $post_id );
	if ( ! ajil_breaking_may_send( $post_id ) ) {
		wp_die( esc_html__( 'You may not send to readers.', 'ajil-breaking' ), '', array( 'response' => 403 ) );
	}
	ajil_breaking_ask( $post_id, array( 'change' => 'retraction' ) );
	wp_safe_redirect( admin_url( 'edit.php?ajil_breaking_retracted=1' ) );
	exit;
}

/*
 * -------------------------------------------------------------------------
 * Settings
 * -------------------------------------------------------------------------
 */

add_action( 'admin_menu', 'ajil_breaking_menu' );
add_action( 'admin_post_ajil_breaking_settings', 'ajil_breaking_save_settings' );

/**
 * Settings, Ajil.
 */
function ajil_breaking_menu() {
	add_options_page( 'Ajil', 'Ajil', 'manage_options', 'ajil-breaking', 'ajil_breaking_settings_page' );
}

/**
 * Whether an address is one of a source. Only this machine may be spoken to without TLS.
 *
 * @param string $url Address.
 * @return bool
 */
function ajil_breaking_is_source( $url ) {
	$parts = wp_parse_url( $url );
	if ( ! is_array( $parts ) || empty( $parts['host'] ) || isset( $parts['user'] ) || isset( $parts['query'] ) || isset( $parts['fragment'] ) ) {
		return false;
	}
	$is_here = in_array( $parts['host'], array( 'localhost', '127.0.0.1', '[::1]' ), true );
	$is_safe = 'https' === $parts['scheme'] || ( 'http' === $parts['scheme'] && $is_here );
	return $is_safe && 1 === preg_match( '#/v1/intake/[a-z0-9][a-z0-9-]{0,39}$#', isset( $parts['path'] ) ? $parts['path'] : '' );
}

/**
 * Saves the settings, or checks the connection.
 */
function ajil_breaking_save_settings() {
	check_admin_referer( 'ajil_breaking_settings' );
	if ( ! current_user_can( 'manage_options' ) ) {
		wp_die( esc_html__( 'You may not send to readers.', 'ajil-breaking' ), '', array( 'response' => 403 ) );
	}
	$url       = isset( $_POST['url'] ) ? untrailingslashit( esc_url_raw( trim( wp_unslash( $_POST['url'] ) ), array( 'https', 'http' ) ) ) : ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput.InputNotSanitized -- esc_url_raw does.
	$secret    = isset( $_POST['secret'] ) ? trim( wp_unslash( $_POST['secret'] ) ) : ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput.InputNotSanitized -- a secret stays as it is.
	$lang      = isset( $_POST['lang'] ) ? sanitize_text_field( wp_unslash( $_POST['lang'] ) ) : '';
	$unpublish = isset( $_POST['unpublish'] ) && 'retract' === $_POST['unpublish'] ? 'retract' : 'ask';
	$result    = 'address';
	if ( ajil_breaking_is_source( $url ) ) {
		update_option( 'ajil_breaking_url', $url, 'no' );
		if ( '' !== $secret ) {
			update_option( 'ajil_breaking_secret', $secret, 'no' );
		}
		update_option( 'ajil_breaking_lang', preg_match( '/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/', $lang ) ? $lang : '', 'no' );
		update_option( 'ajil_breaking_unpublish', $unpublish, 'no' );
		$result = isset( $_POST['check'] ) ? ajil_breaking_check() : 'saved';
	}
	set_transient( 'ajil_breaking_result_' . get_current_user_id(), $result, MINUTE_IN_SECONDS );
	wp_safe_redirect( admin_url( 'options-general.php?page=ajil-breaking' ) );
	exit;
}

/**
 * Whether Ajil answers and knows the secret: an empty item is refused as such only then.
 *
 * @return string `ok`, or what is wrong.
 */
function ajil_breaking_check() {
	$answer = wp_remote_post(
		get_option( 'ajil_breaking_url' ),
		array(
			'timeout'     => 8,
			'redirection' => 0,
			'headers'     => array(
				'Authorization' => 'Bearer ' . ajil_breaking_secret(),
				'Content-Type'  => 'application/json',
			),
			'body'        => '{}',
		)
	);
	$status = is_wp_error( $answer ) ? $answer->get_error_message() : (string) wp_remote_retrieve_response_code( $answer );
	return '422' === $status ? 'ok' : $status;
}

/**
 * The settings.
 */
function ajil_breaking_settings_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$name   = 'ajil_breaking_result_' . get_current_user_id();
	$result = (string) get_transient( $name );
	delete_transient( $name );
	$is_set = '' !== ajil_breaking_secret();
	$words  = array();
	foreach ( get_categories( array( 'hide_empty' => false ) ) as $term ) {
		$words[] = rawurldecode( $term->slug );
	}
	?>
	<div class="wrap">
		<h1>Ajil</h1>
		<?php ajil_breaking_settings_result( $result ); ?>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<input type="hidden" name="action" value="ajil_breaking_settings" />
			<?php wp_nonce_field( 'ajil_breaking_settings' ); ?>
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><label for="ajil-url"><?php esc_html_e( 'Address of the source', 'ajil-breaking' ); ?></label></th>
					<td>
						<input type="url" id="ajil-url" name="url" class="regular-text" dir="ltr" required aria-describedby="ajil-url-help" value="<?php echo esc_attr( get_option( 'ajil_breaking_url', '' ) ); ?>" placeholder="https://alerts.news.example/v1/intake/wordpress" />
						<p class="description" id="ajil-url-help"><?php esc_html_e( 'As Ajil shows it (Administration, Sources): it ends in /v1/intake/ and the name of the source.', 'ajil-breaking' ); ?></p>
					</td>
				</tr>
				<tr>
					<th scope="row"><label for="ajil-secret"><?php esc_html_e( 'Secret of the source', 'ajil-breaking' ); ?></label></th>
					<td>
						<?php if ( defined( 'AJIL_BREAKING_SECRET' ) ) : ?>
							<p><?php esc_html_e( 'wp-config.php sets the secret.', 'ajil-breaking' ); ?></p>
						<?php else : ?>
							<input type="password" id="ajil-secret" name="secret" class="regular-text" dir="ltr" autocomplete="new-password" aria-describedby="ajil-secret-help" />
							<p class="description" id="ajil-secret-help">
								<?php
								if ( $is_set ) {
									echo esc_html__( 'A secret is stored.', 'ajil-breaking' ) . ' ';
								}
								esc_html_e( 'Ajil shows it once, when the source is made. Empty: the secret stays as it is.', 'ajil-breaking' );
								?>
							</p>
						<?php endif; ?>
					</td>
				</tr>
				<tr>
					<th scope="row"><label for="ajil-lang"><?php esc_html_e( 'Language of posts', 'ajil-breaking' ); ?></label></th>
					<td>
						<input type="text" id="ajil-lang" name="lang" class="small-text" dir="ltr" maxlength="35" aria-describedby="ajil-lang-help" value="<?php echo esc_attr( get_option( 'ajil_breaking_lang', '' ) ); ?>" placeholder="<?php echo esc_attr( get_bloginfo( 'language' ) ); ?>" />
						<p class="description" id="ajil-lang-help"><?php esc_html_e( 'Empty: the language of the site, or what Polylang says of the post.', 'ajil-breaking' ); ?></p>
					</td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'When a post is unpublished', 'ajil-breaking' ); ?></th>
					<td>
						<fieldset>
							<legend class="screen-reader-text"><?php esc_html_e( 'When a post is unpublished', 'ajil-breaking' ); ?></legend>
							<label><input type="radio" name="unpublish" value="ask" <?php checked( 'retract' !== get_option( 'ajil_breaking_unpublish', 'ask' ) ); ?> /> <?php esc_html_e( 'ask the editor whether to retract its alert', 'ajil-breaking' ); ?></label><br />
							<label><input type="radio" name="unpublish" value="retract" <?php checked( 'retract', get_option( 'ajil_breaking_unpublish', 'ask' ) ); ?> /> <?php esc_html_e( 'retract its alert at once', 'ajil-breaking' ); ?></label>
						</fieldset>
					</td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Topics', 'ajil-breaking' ); ?></th>
					<td>
						<p class="description"><?php esc_html_e( 'Ajil turns categories into topics (Administration, Sources). Your categories, as Ajil gets them:', 'ajil-breaking' ); ?></p>
						<p><code dir="auto"><?php echo esc_html( implode( ' · ', array_slice( $words, 0, 100 ) ) ); ?></code></p>
					</td>
				</tr>
			</table>
			<p class="submit">
				<?php submit_button( '', 'primary', 'save', false ); ?>
				<?php submit_button( __( 'Check the connection', 'ajil-breaking' ), 'secondary', 'check', false ); ?>
			</p>
		</form>
	</div>
	<?php
}

/**
 * What came of saving.
 *
 * @param string $result `saved`, `ok`, `address`, or what Ajil answered.
 */
function ajil_breaking_settings_result( $result ) {
	if ( '' === $result ) {
		return;
	}
	$texts = array(
		'saved'   => __( 'Settings saved.', 'ajil-breaking' ),
		'ok'      => __( 'Ajil answers, and the secret is right.', 'ajil-breaking' ),
		'address' => __( 'The address must begin with https:// and have /v1/intake/ and the name of a source.', 'ajil-breaking' ),
		'401'     => __( 'Ajil refused the secret. An administrator corrects it in Settings, Ajil.', 'ajil-breaking' ),
		'404'     => __( 'Ajil knows no such source. An administrator corrects the address in Settings, Ajil.', 'ajil-breaking' ),
	);
	/* translators: %s: an HTTP status, or an error message */
	$text = isset( $texts[ $result ] ) ? $texts[ $result ] : sprintf( __( 'Ajil does not answer: %s', 'ajil-breaking' ), $result );
	$type = in_array( $result, array( 'saved', 'ok' ), true ) ? 'success' : 'error';
	echo '<div class="notice notice-' . esc_attr( $type ) . '" role="status"><p>' . esc_html( $text ) . '</p></div>';
}
