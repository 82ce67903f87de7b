# SPDX-License-Identifier: ISC

# The policy: files, checks, questions. Its users link $(POLICY_LIBS).
noinst_LIBRARIES += recorder/libpolicy.a
recorder_libpolicy_a_CFLAGS = $(AM_CFLAGS) $(CYAML_CFLAGS) $(YAML_CFLAGS) $(SODIUM_CFLAGS) $(EVENT_CFLAGS)
recorder_libpolicy_a_SOURCES = \
	recorder/policy.c recorder/policy.h \
	recorder/policy_check.c recorder/policy_check.h \
	recorder/policy_check_role.c recorder/policy_check_role.h \
	recorder/policy_lines.c recorder/policy_lines.h \
	recorder/policy_load.c \
	recorder/policy_print.c \
	recorder/policy_sample.c \
	recorder/policy_schema.c recorder/policy_schema.h \
	recorder/policy_yaml.c recorder/policy_yaml.h \
	recorder/when.c recorder/when.h
POLICY_LIBS = recorder/libpolicy.a lib/base/libbase.a $(CYAML_LIBS) $(YAML_LIBS) $(SODIUM_LIBS)

# The keeper's half of the role table knows no YAML, so that root's binary does not contain a parser.
noinst_LIBRARIES += recorder/libroletable.a
recorder_libroletable_a_SOURCES = recorder/roletable.c recorder/roletable.h
pkglibexec_PROGRAMS += recorder/postern-roletable
recorder_postern_roletable_SOURCES = recorder/roletable_main.c recorder/roletable_make.c
recorder_postern_roletable_LDADD = $(POLICY_LIBS)

# Look-ups of accounts and groups: the gate links libgroups, the helper does them.
noinst_LIBRARIES += recorder/libgroups.a
recorder_libgroups_a_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS)
recorder_libgroups_a_SOURCES = recorder/groups.c recorder/groups.h recorder/groups_kept.c recorder/groups_kept.h \
	recorder/nss_frame.h
pkglibexec_PROGRAMS += recorder/postern-nss
recorder_postern_nss_SOURCES = recorder/nss_helper.c
recorder_postern_nss_LDADD = lib/base/libbase.a $(SODIUM_LIBS)

# postern policy and postern doctor, for the client's table of verbs.
noinst_LIBRARIES += recorder/libadmin.a
recorder_libadmin_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
recorder_libadmin_a_SOURCES = \
	recorder/cmd_doctor.c recorder/cmd_doctor.h \
	recorder/cmd_policy.c recorder/cmd_policy.h \
	recorder/doctor.c recorder/doctor.h \
	recorder/doctor_accounts.c \
	recorder/doctor_pam.c \
	recorder/doctor_sshd.c
ADMIN_LIBS = recorder/libadmin.a $(POLICY_LIBS) $(JANSSON_LIBS)
# end of the policy


# The cage: what holds a session and ends it. The keeper links $(CAGE_LIBS) for accounts and cgroups.
noinst_LIBRARIES += recorder/libcage.a
recorder_libcage_a_SOURCES = \
	recorder/account.c recorder/account.h \
	recorder/caps.c recorder/caps.h \
	recorder/cgroup.c recorder/cgroup.h \
	recorder/members.c recorder/members.h
CAGE_LIBS = recorder/libcage.a lib/base/libbase.a $(SODIUM_LIBS)
pkglibexec_PROGRAMS += recorder/postern-warden recorder/postern-init
recorder_postern_warden_SOURCES = recorder/contract.h \
	recorder/warden.c recorder/warden.h recorder/warden_end.c recorder/warden_spawn.c \
	recorder/warden_pam.c recorder/warden_pam.h
recorder_postern_warden_LDADD = $(CAGE_LIBS) $(PAM_LIBS)
recorder_postern_init_SOURCES = recorder/contract.h \
	recorder/init.c recorder/init_child.c recorder/init_child.h \
	recorder/init_env.c recorder/init_env.h recorder/init_mounts.c recorder/init_mounts.h
recorder_postern_init_LDADD = lib/wire/libwire.a $(CAGE_LIBS)
# end of the cage

# Masking rules. The worker unpacks them and knows no YAML; who loads them links $(MASKLOAD_LIBS).
noinst_LIBRARIES += recorder/libmaskrule.a
recorder_libmaskrule_a_CFLAGS = $(AM_CFLAGS) $(PCRE2_CFLAGS)
recorder_libmaskrule_a_SOURCES = \
	recorder/mask_check.c recorder/mask_check.h \
	recorder/mask_pack.c \
	recorder/mask_rule.c recorder/mask_rule.h recorder/mask_rules.h
MASKRULE_LIBS = recorder/libmaskrule.a lib/wire/libwire.a lib/base/libbase.a $(PCRE2_LIBS) $(SODIUM_LIBS)
noinst_LIBRARIES += recorder/libmaskload.a
recorder_libmaskload_a_CFLAGS = $(AM_CFLAGS) $(CYAML_CFLAGS) $(PCRE2_CFLAGS) $(SODIUM_CFLAGS)
recorder_libmaskload_a_SOURCES = \
	recorder/mask_lint.c recorder/mask_lint.h \
	recorder/mask_load.c \
	recorder/mask_rules.c \
	recorder/mask_scan.c recorder/mask_scan.h \
	recorder/mask_schema.c recorder/mask_schema.h
nodist_recorder_libmaskload_a_SOURCES = recorder/mask_builtin.c
MASKLOAD_LIBS = recorder/libmaskload.a $(MASKRULE_LIBS) $(POLICY_LIBS)

# The shipped rules as C, so that masking works where nothing is installed.
shipped_rules = share/rules.d/secrets.yaml share/rules.d/personal.yaml
rulesdir = $(pkgdatadir)/rules.d
dist_rules_DATA = $(shipped_rules)
CLEANFILES += recorder/mask_builtin.c
EXTRA_DIST += recorder/mask_builtin.awk
recorder/mask_builtin.c: recorder/mask_builtin.awk $(shipped_rules)
	$(AM_V_GEN)$(MKDIR_P) recorder && (cd '$(srcdir)' && LC_ALL=C awk -f recorder/mask_builtin.awk $(shipped_rules)) >$@.new && \
		mv $@.new $@
# end of the masking rules

# The session: worker, its sandbox, the client's relay, and `postern record`.
noinst_LIBRARIES += recorder/librelay.a
recorder_librelay_a_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
recorder_librelay_a_SOURCES = recorder/relay.c recorder/relay.h recorder/record.c recorder/record.h recorder/record_run.c
RELAY_LIBS = recorder/librelay.a lib/record/librecord.a lib/term/libterm.a lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS)

pkglibexec_PROGRAMS += recorder/postern-worker
recorder_postern_worker_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS) -pthread
recorder_postern_worker_SOURCES = \
	recorder/sandbox.c recorder/sandbox.h \
	recorder/worker.c recorder/worker.h \
	recorder/worker_bar.c \
	recorder/worker_client.c \
	recorder/worker_end.c \
	recorder/worker_gate.c \
	recorder/worker_inside.c \
	recorder/worker_port.c \
	recorder/worker_setup.c \
	recorder/worker_tape.c
recorder_postern_worker_LDADD = lib/record/librecord.a lib/term/libterm.a lib/wire/libwire.a lib/base/libbase.a \
	$(SODIUM_LIBS) $(ZSTD_LIBS) -lpthread
# end of the session

# The daemon: posternd starts gate and keeper; what a process may not do, its binary does not link.
sbin_PROGRAMS += recorder/posternd
recorder_posternd_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)
recorder_posternd_SOURCES = recorder/posternd.c recorder/daemon.c recorder/daemon.h recorder/setup.c recorder/setup.h \
	recorder/policy_sample.c
recorder_posternd_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(SYSTEMD_LIBS)

pkglibexec_PROGRAMS += recorder/postern-gate recorder/postern-keeper
recorder_postern_gate_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(JANSSON_CFLAGS)
recorder_postern_gate_SOURCES = \
	recorder/gate.c recorder/gate.h \
	recorder/gate_ask.c recorder/gate_ask.h \
	recorder/gate_audit.c \
	recorder/gate_enter.c \
	recorder/gate_keeper.c recorder/gate_keeper.h recorder/keeper.h \
	recorder/gate_log.c recorder/gate_log.h \
	recorder/gate_retention.c recorder/gate_retention.h \
	recorder/gate_rows.c \
	recorder/gate_rules.c recorder/gate_rules.h \
	recorder/gate_session.c recorder/gate_session.h \
	recorder/live.c recorder/live.h \
	recorder/peer.c recorder/peer.h \
	recorder/remains.c recorder/remains.h recorder/gate_files.c recorder/gate_files.h \
	recorder/who.c recorder/who.h \
	recorder/daemon.c recorder/daemon.h
recorder_postern_gate_LDADD = lib/store/libstore.a lib/wire/libwire.a recorder/libgroups.a $(POLICY_LIBS) \
	$(SQLITE_LIBS) $(EVENT_LIBS) $(JANSSON_LIBS)
recorder_postern_keeper_SOURCES = recorder/keeper.c recorder/keeper.h recorder/launch.c recorder/contract.h \
	recorder/wardens.c recorder/wardens.h \
	recorder/daemon.c recorder/daemon.h
recorder_postern_keeper_LDADD = recorder/libroletable.a lib/wire/libwire.a $(CAGE_LIBS)

# The client, front door of all commands.
bin_PROGRAMS += recorder/postern
recorder_postern_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
recorder_postern_SOURCES = \
	recorder/postern.c recorder/commands.h \
	recorder/ask.c recorder/ask.h \
	recorder/cmd_approver.c recorder/cmd_engineer.c recorder/cmd_keygen.c recorder/cmd_retention.c recorder/cmd_try.c \
	recorder/enter.c recorder/enter.h \
	recorder/guard.c recorder/guard.h \
	recorder/menu.c \
	recorder/pane.c recorder/pane.h \
	recorder/stdio.c \
	recorder/tour.c recorder/tour.h recorder/tour_split.c
recorder_postern_LDADD = $(RELAY_LIBS) $(ADMIN_LIBS) lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)
# end of the daemon

