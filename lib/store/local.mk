# SPDX-License-Identifier: ISC
noinst_LIBRARIES += lib/store/libstore.a
lib_store_libstore_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS) $(SQLITE_CFLAGS)
lib_store_libstore_a_SOURCES = \
	lib/store/check.c lib/store/check.h \
	lib/store/copy.c lib/store/copy.h \
	lib/store/decision.c lib/store/decision.h \
	lib/store/event.c lib/store/event.h \
	lib/store/event_json.c lib/store/event_json.h \
	lib/store/failure.c lib/store/failure.h \
	lib/store/glass.c lib/store/glass.h \
	lib/store/grant.c lib/store/grant.h \
	lib/store/envelope.c lib/store/envelope.h \
	lib/store/hold.c lib/store/hold.h \
	lib/store/retired.c lib/store/retired.h \
	lib/store/head.c lib/store/head.h \
	lib/store/mark.c lib/store/mark.h \
	lib/store/quorum.c lib/store/quorum.h \
	lib/store/recording.c lib/store/recording.h \
	lib/store/replica.c lib/store/replica.h \
	lib/store/request.c lib/store/request.h \
	lib/store/retention.c lib/store/retention.h \
	lib/store/schema.c lib/store/schema.h \
	lib/store/seal.c lib/store/seal.h \
	lib/store/session.c lib/store/session.h \
	lib/store/rewrap.c lib/store/rewrap.h \
	lib/store/slot.c lib/store/slot.h \
	lib/store/slots.c lib/store/slots.h \
	lib/store/stmt.c lib/store/stmt.h \
	lib/store/store.c lib/store/store.h \
	lib/store/unit.c lib/store/unit.h \
	lib/store/verify.c lib/store/verify.h \
	lib/store/wrap.c lib/store/wrap.h

# The schema lies in share/schema as SQL; here each version becomes a string, with SQLite's names for the types.
store_schema_1 = $(srcdir)/share/schema/catalogue-1.sql $(srcdir)/share/schema/sqlite-1.sql
store_schema_2 = $(srcdir)/share/schema/catalogue-2.sql
store_schema_3 = $(srcdir)/share/schema/catalogue-3.sql
store_schema_4 = $(srcdir)/share/schema/catalogue-4.sql
store_schema_5 = $(srcdir)/share/schema/catalogue-5.sql
store_schema_6 = $(srcdir)/share/schema/catalogue-6.sql
store_schema_7 = $(srcdir)/share/schema/catalogue-7.sql
store_schema_8 = $(srcdir)/share/schema/catalogue-8.sql $(srcdir)/share/schema/sqlite-8.sql
store_schema_9 = $(srcdir)/share/schema/catalogue-9.sql
store_schema_10 = $(srcdir)/share/schema/catalogue-10.sql $(srcdir)/share/schema/sqlite-10.sql
store_schema_11 = $(srcdir)/share/schema/catalogue-11.sql $(srcdir)/share/schema/sqlite-11.sql
store_schema_12 = $(srcdir)/share/schema/sqlite-12.sql
store_schema_string = sed -e 's/--.*//' -e '/^[[:space:]]*$$/d' -e 's/@I64@/INTEGER/g' -e 's/@BLOB@/BLOB/g' \
	-e 's/@STRICT@/STRICT/g' -e 's/.*/	"&\\n"/'
lib/store/schema_sql.h: $(store_schema_1) $(store_schema_2) $(store_schema_3) $(store_schema_4) $(store_schema_5) $(store_schema_6) $(store_schema_7) \
	$(store_schema_8) $(store_schema_9) $(store_schema_10) $(store_schema_11) $(store_schema_12)
	$(AM_V_GEN)$(MKDIR_P) lib/store && { \
		echo '/* Made from share/schema; do not edit. */'; \
		echo 'static const char schema_1[] ='; cat $(store_schema_1) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_2[] ='; cat $(store_schema_2) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_3[] ='; cat $(store_schema_3) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_4[] ='; cat $(store_schema_4) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_5[] ='; cat $(store_schema_5) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_6[] ='; cat $(store_schema_6) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_7[] ='; cat $(store_schema_7) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_8[] ='; cat $(store_schema_8) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_9[] ='; cat $(store_schema_9) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_10[] ='; cat $(store_schema_10) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_11[] ='; cat $(store_schema_11) | $(store_schema_string); echo '	;'; \
		echo 'static const char schema_12[] ='; cat $(store_schema_12) | $(store_schema_string); echo '	;'; \
	} >$@.tmp && mv $@.tmp $@
lib/store/libstore_a-schema.$(OBJEXT): lib/store/schema_sql.h
BUILT_SOURCES += lib/store/schema_sql.h
CLEANFILES += lib/store/schema_sql.h lib/store/schema_sql.h.tmp
EXTRA_DIST += share/schema/catalogue-1.sql share/schema/sqlite-1.sql share/schema/catalogue-2.sql share/schema/catalogue-3.sql \
	share/schema/catalogue-4.sql share/schema/catalogue-5.sql share/schema/catalogue-6.sql share/schema/catalogue-7.sql share/schema/catalogue-8.sql share/schema/sqlite-8.sql share/schema/catalogue-9.sql \
	share/schema/catalogue-10.sql share/schema/sqlite-10.sql share/schema/catalogue-11.sql share/schema/sqlite-11.sql share/schema/sqlite-12.sql
