/* SPDX-License-Identifier: ISC */
/*
 * Between the gate and postern-nss, on one stream socket: u32 length in native order (of what follows), then
 *   question: u8 kind (enum groups_kind), argument
 *   answer:   u8 status, text. Of an account "NAME UID GID" and then one group a line; of a command one name a line.
 */
#ifndef POSTERN_RECORDER_GATE_NSS_FRAME_H
#define POSTERN_RECORDER_GATE_NSS_FRAME_H

#define NSS_QUESTION	8192	/* most bytes behind the length */
#define NSS_ANSWER	65536

enum nss_status { NSS_GOOD, NSS_NOT_FOUND, NSS_FAILED, NSS_TIMEOUT };

#endif
