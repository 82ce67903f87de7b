/* SPDX-License-Identifier: ISC */
/*
 * The daemon's journal: one line per event on standard error, with syslog priority prefixes (<3>)
 * when standard error is not a terminal. Only programs log; library code returns errors.
 */
#ifndef POSTERN_LIB_BASE_LOG_H
#define POSTERN_LIB_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* `program` stands before each line; it must live as long as the process. */
void	log_open(const char *program, enum log_level most);
void	log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void	log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void	log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void	log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says it and ends the process with status 1: for start-up, and for memory. */
void	log_fatal(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
