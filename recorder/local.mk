# SPDX-License-Identifier: ISC

# The policy: files, checks, questions. Its users link $(POLICY_LIBS).
noinst_LIBRARIES += recorder/libpolicy.a
recorder_libpolicy_a_CFLAGS = $(AM_CFLAGS) $(CYAML_CFLAGS) $(YAML_CFLAGS) $(SODIUM_CFLAGS) $(EVENT_CFLAGS)
recorder_libpolicy_a_SOURCES = \
	recorder/policy/policy.c recorder/policy/policy.h \
	recorder/policy/policy_check.c recorder/policy/policy_check.h \
	recorder/policy/policy_check_ends.c recorder/policy/policy_check_ends.h \
	recorder/policy/policy_check_glass.c recorder/policy/policy_check_glass.h \
	recorder/policy/policy_check_open.c recorder/policy/policy_check_open.h \
	recorder/policy/policy_check_role.c recorder/policy/policy_check_role.h \
	recorder/policy/policy_allows.c recorder/policy/policy_allows.h \
	recorder/policy/policy_guard.c recorder/policy/policy_guard.h \
	recorder/policy/policy_load.c \
	recorder/policy/policy_may.c recorder/policy/policy_may.h \
	recorder/keeper/rights.c recorder/keeper/rights.h \
	recorder/policy/policy_mask.c recorder/policy/policy_mask.h \
	recorder/policy/policy_print.c \
	recorder/policy/policy_roster.c \
	recorder/policy/policy_sample.c \
	recorder/policy/policy_schema.c recorder/policy/policy_schema.h \
	recorder/policy/when.c recorder/policy/when.h
POLICY_LIBS = recorder/libpolicy.a lib/proof/libproof.a $(MASKLOAD_LIBS)

# YAML with lines, for the policy and for masking rules.
noinst_LIBRARIES += recorder/libyamlread.a
recorder_libyamlread_a_CFLAGS = $(AM_CFLAGS) $(CYAML_CFLAGS) $(YAML_CFLAGS)
recorder_libyamlread_a_SOURCES = \
	recorder/policy/policy_lines.c recorder/policy/policy_lines.h \
	recorder/policy/policy_yaml.c recorder/policy/policy_yaml.h
YAMLREAD_LIBS = recorder/libyamlread.a $(CYAML_LIBS) $(YAML_LIBS)

# The keeper's half of the role table knows no YAML, so that root's binary does not contain a parser.
noinst_LIBRARIES += recorder/libroletable.a
recorder_libroletable_a_SOURCES = recorder/keeper/roletable.c recorder/keeper/roletable.h \
	recorder/keeper/rights.c recorder/keeper/rights.h
pkglibexec_PROGRAMS += recorder/postern-roletable
recorder_postern_roletable_SOURCES = recorder/keeper/roletable_main.c recorder/keeper/roletable_make.c
recorder_postern_roletable_LDADD = $(POLICY_LIBS)

# Look-ups of accounts and groups: the gate links libgroups, the helper does them.
noinst_LIBRARIES += recorder/libgroups.a
recorder_libgroups_a_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS)
recorder_libgroups_a_SOURCES = recorder/gate/groups.c recorder/gate/groups.h recorder/gate/groups_kept.c recorder/gate/groups_kept.h \
	recorder/gate/nss_frame.h
pkglibexec_PROGRAMS += recorder/postern-nss
recorder_postern_nss_SOURCES = recorder/gate/nss_helper.c
recorder_postern_nss_LDADD = lib/base/libbase.a $(SODIUM_LIBS)

# postern policy, for the client's table of verbs.
noinst_LIBRARIES += recorder/libadmin.a
recorder_libadmin_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
recorder_libadmin_a_SOURCES = \
	recorder/client/against.c recorder/client/against.h \
	recorder/client/belongs.c recorder/client/belongs.h \
	recorder/client/cmd_policy.c recorder/client/cmd_policy.h \
	recorder/client/policy_files.c recorder/client/policy_files.h \
	recorder/client/rehearse.c recorder/client/rehearse.h
ADMIN_LIBS = recorder/libadmin.a recorder/libroletable.a recorder/libcage.a lib/wire/libwire.a $(POLICY_LIBS) $(JANSSON_LIBS)

# postern doctor: a program of its own, because it opens the catalogue, which the login shell does not link.
noinst_LIBRARIES += recorder/libdoctor.a
recorder_libdoctor_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
recorder_libdoctor_a_SOURCES = \
	recorder/client/belongs.c recorder/client/belongs.h \
	recorder/doctor/doctor.c recorder/doctor/doctor.h \
	recorder/doctor/doctor_accounts.c recorder/doctor/doctor_aides.c recorder/out/progress.c recorder/out/progress.h \
	recorder/doctor/doctor_clock.c \
	recorder/doctor/doctor_disk.c \
	recorder/doctor/doctor_files.c \
	recorder/doctor/doctor_kernel.c \
	recorder/doctor/doctor_pam.c \
	recorder/doctor/doctor_policy.c \
	recorder/doctor/doctor_print.c \
	recorder/doctor/doctor_sshd.c \
	recorder/doctor/doctor_state.c \
	recorder/doctor/doctor_wrap.c \
	recorder/doctor/kernel_facts.c recorder/doctor/kernel_facts.h
DOCTOR_LIBS = recorder/libdoctor.a lib/store/libstore.a recorder/libcage.a $(POLICY_LIBS) $(JANSSON_LIBS) $(SQLITE_LIBS)
pkglibexec_PROGRAMS += recorder/postern-doctor
recorder_postern_doctor_SOURCES = recorder/doctor/main.c
recorder_postern_doctor_LDADD = $(DOCTOR_LIBS)
# end of the policy


# The cage: what holds a session and ends it. The keeper links $(CAGE_LIBS) for accounts and cgroups.
noinst_LIBRARIES += recorder/libcage.a
recorder_libcage_a_SOURCES = \
	recorder/cage/account.c recorder/cage/account.h \
	recorder/cage/bpf.c recorder/cage/bpf.h \
	recorder/cage/caps.c recorder/cage/caps.h \
	recorder/cage/cgroup.c recorder/cage/cgroup.h \
	recorder/cage/elf.c recorder/cage/elf.h \
	recorder/cage/landlock.c recorder/cage/landlock.h \
	recorder/cage/loose.c recorder/cage/loose.h \
	recorder/cage/members.c recorder/cage/members.h \
	recorder/keeper/enforced.c recorder/keeper/enforced.h \
	recorder/keeper/rights.c recorder/keeper/rights.h
CAGE_LIBS = recorder/libcage.a lib/base/libbase.a $(SODIUM_LIBS)
pkglibexec_PROGRAMS += recorder/postern-warden recorder/postern-init
recorder_postern_warden_SOURCES = recorder/keeper/contract.h \
	recorder/cage/warden.c recorder/cage/warden.h recorder/cage/warden_end.c recorder/cage/warden_freeze.c recorder/cage/warden_spawn.c \
	recorder/cage/warden_pam.c recorder/cage/warden_pam.h recorder/cage/portbpf.c recorder/cage/portbpf.h
recorder_postern_warden_LDADD = $(CAGE_LIBS) $(PAM_LIBS)
recorder_postern_init_SOURCES = recorder/keeper/contract.h \
	recorder/cage/init.c recorder/cage/init_child.c recorder/cage/init_child.h \
	recorder/cage/init_env.c recorder/cage/init_env.h recorder/cage/init_mounts.c recorder/cage/init_mounts.h \
	recorder/cage/init_private.c recorder/cage/init_private.h recorder/cage/filter.c recorder/cage/filter.h \
	recorder/cage/init_trail.c recorder/cage/init_trail.h \
	recorder/trail/calls.c recorder/trail/calls.h recorder/trail/filter_trail.c recorder/trail/filter_trail.h recorder/trail/frame.h \
	recorder/trail/btf.c recorder/trail/btf.h recorder/trail/exact_bpf.c recorder/trail/exact_ring.h \
	recorder/cage/plan.c recorder/cage/plan.h
recorder_postern_init_LDADD = lib/wire/libwire.a $(CAGE_LIBS)
# Runs inside, for `postern policy test --try`.
pkglibexec_PROGRAMS += recorder/postern-probe
recorder_postern_probe_SOURCES = recorder/cage/probe.c
recorder_postern_probe_LDADD = lib/base/libbase.a
# The trail: the filter is the session's child's, the tracer runs beside it.
pkglibexec_PROGRAMS += recorder/postern-tracer
recorder_postern_tracer_SOURCES = \
	recorder/trail/calls.c recorder/trail/calls.h recorder/trail/frame.h \
	recorder/trail/exact.h recorder/trail/exact_claim.c recorder/trail/exact_match.c recorder/trail/exact_ptrace.c recorder/trail/exact_ring.c recorder/trail/exact_ring.h \
	recorder/trail/tracer.c recorder/trail/tracer.h \
	recorder/trail/tracer_call.c \
	recorder/trail/tracer_memory.c \
	recorder/trail/tracer_ask.c \
	recorder/trail/tracer_process.c \
	recorder/trail/tracer_sandbox.c
recorder_postern_tracer_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS)
# end of the cage

# Masking rules. The worker unpacks them and knows no YAML; who loads them links $(MASKLOAD_LIBS).
noinst_LIBRARIES += recorder/libmaskrule.a
recorder_libmaskrule_a_CFLAGS = $(AM_CFLAGS) $(PCRE2_CFLAGS)
recorder_libmaskrule_a_SOURCES = \
	recorder/mask/guard_rule.c recorder/mask/guard_rule.h \
	recorder/mask/mask_area.c recorder/mask/mask_area.h \
	recorder/mask/mask_check.c recorder/mask/mask_check.h \
	recorder/mask/mask_pack.c \
	recorder/mask/mask_rule.c recorder/mask/mask_rule.h recorder/mask/mask_rules.h \
	recorder/mask/mask_run.c recorder/mask/mask_run.h
MASKRULE_LIBS = recorder/libmaskrule.a lib/wire/libwire.a lib/base/libbase.a $(PCRE2_LIBS) $(SODIUM_LIBS)
noinst_LIBRARIES += recorder/libmaskload.a
recorder_libmaskload_a_CFLAGS = $(AM_CFLAGS) $(CYAML_CFLAGS) $(PCRE2_CFLAGS) $(SODIUM_CFLAGS)
recorder_libmaskload_a_SOURCES = \
	recorder/mask/mask_lint_area.c \
	recorder/mask/mask_lint.c recorder/mask/mask_lint.h \
	recorder/mask/mask_load.c \
	recorder/mask/mask_rules.c \
	recorder/mask/mask_scan.c recorder/mask/mask_scan.h \
	recorder/mask/mask_schema.c recorder/mask/mask_schema.h
nodist_recorder_libmaskload_a_SOURCES = recorder/mask_builtin.c
MASKLOAD_LIBS = recorder/libmaskload.a $(YAMLREAD_LIBS) $(MASKRULE_LIBS)

# The shipped rules as C, so that masking works where nothing is installed.
shipped_rules = share/rules.d/secrets.yaml share/rules.d/personal.yaml
rulesdir = $(pkgdatadir)/rules.d
dist_rules_DATA = $(shipped_rules)
CLEANFILES += recorder/mask_builtin.c
EXTRA_DIST += recorder/mask/mask_builtin.awk
recorder/mask_builtin.c: recorder/mask/mask_builtin.awk $(shipped_rules)
	$(AM_V_GEN)$(MKDIR_P) recorder && (cd '$(srcdir)' && LC_ALL=C awk -f recorder/mask/mask_builtin.awk $(shipped_rules)) >$@.new && \
		mv $@.new $@
# The same rules packed, for a program that starts often. A program of this build makes them.
noinst_PROGRAMS += recorder/mask-packer
recorder_mask_packer_SOURCES = recorder/mask/mask_packer.c
recorder_mask_packer_LDADD = $(MASKLOAD_LIBS)
noinst_LIBRARIES += recorder/libmaskshipped.a
recorder_libmaskshipped_a_SOURCES = recorder/mask/mask_shipped.c recorder/mask/mask_shipped.h
nodist_recorder_libmaskshipped_a_SOURCES = recorder/mask_packed.c
CLEANFILES += recorder/mask_packed.c
recorder/mask_packed.c: recorder/mask-packer$(EXEEXT)
	$(AM_V_GEN)recorder/mask-packer$(EXEEXT) >$@.new && mv $@.new $@
# end of the masking rules

# The mask: finds values in a stream of terminal bytes and covers them.
noinst_LIBRARIES += recorder/libmask.a
recorder_libmask_a_CFLAGS = $(AM_CFLAGS) $(PCRE2_CFLAGS) $(SODIUM_CFLAGS)
recorder_libmask_a_SOURCES = \
	recorder/mask/mask_chain.c \
	recorder/mask/mask_came.c recorder/mask/mask_column.c recorder/mask/mask_column.h \
	recorder/mask/mask_column_fields.c \
	recorder/mask/mask_column_line.c \
	recorder/mask/mask_column_record.c \
	recorder/mask/mask_column_rows.c \
	recorder/mask/mask_command.c recorder/mask/mask_command.h \
	recorder/mask/mask_cover.c \
	recorder/mask/mask_echo.c \
	recorder/mask/mask_entered.c recorder/mask/mask_entered.h recorder/mask/mask_entered_inside.h \
	recorder/mask/mask_entered_mark.c \
	recorder/mask/mask_entered_text.c \
	recorder/mask/mask_escape.c \
	recorder/mask/mask_flat.c \
	recorder/mask/mask_gate.c recorder/mask/mask_gate.h \
	recorder/mask/mask_input.c recorder/mask/mask_input.h \
	recorder/mask/mask_inside.h \
	recorder/mask/mask_keys.c recorder/mask/mask_keys.h \
	recorder/mask/mask_late.c \
	recorder/mask/mask_line.c recorder/mask/mask_line.h \
	recorder/mask/mask_match.c recorder/mask/mask_match.h \
	recorder/mask/mask_need.c recorder/mask/mask_need.h recorder/mask/mask_need_read.c \
	recorder/mask/mask_pair.c \
	recorder/mask/mask_part.c recorder/mask/mask_part.h \
	recorder/mask/mask_output.c recorder/mask/mask_output.h \
	recorder/mask/mask_pane.c \
	recorder/mask/mask_c1.c recorder/mask/mask_plain.c recorder/mask/mask_plain.h \
	recorder/mask/mask_queue.c recorder/mask/mask_queue.h \
	recorder/mask/mask_stream.c recorder/mask/mask_stream.h \
	recorder/mask/mask_string.c \
	recorder/mask/mask_style.c recorder/mask/mask_style.h \
	recorder/mask/mask_text.c recorder/mask/mask_text.h \
	recorder/mask/mask_typed.c \
	recorder/mask/mask_until.c \
	recorder/mask/mask_veil.c recorder/mask/mask_veil.h
MASK_LIBS = recorder/libmask.a lib/term/libterm.a $(MASKRULE_LIBS)
# end of the mask

# The session: worker, its sandbox, the client's relay, and `postern record`.
noinst_LIBRARIES += recorder/librelay.a
recorder_librelay_a_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
recorder_librelay_a_SOURCES = recorder/client/relay.c recorder/client/relay.h
RELAY_LIBS = recorder/librelay.a lib/record/librecord.a lib/term/libterm.a lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS)

pkglibexec_PROGRAMS += recorder/postern-worker
recorder_postern_worker_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS) -pthread
recorder_postern_worker_SOURCES = recorder/cage/landlock.c recorder/cage/landlock.h \
	recorder/keeper/enforced.c recorder/keeper/enforced.h recorder/keeper/rights.c recorder/keeper/rights.h \
	recorder/worker/sandbox.c recorder/worker/sandbox.h \
	recorder/worker/worker.c recorder/worker/worker.h \
	recorder/worker/worker_bar.c \
	recorder/worker/worker_client.c \
	recorder/worker/worker_drop.c recorder/worker/worker_end.c recorder/worker/worker_freeze.c \
	recorder/worker/sftp.c recorder/worker/sftp.h recorder/worker/sftp_packet.c recorder/worker/sftp_packet.h \
	recorder/worker/worker_files.c \
	recorder/worker/worker_gate.c \
	recorder/worker/worker_input.c \
	recorder/worker/worker_guard.c \
	recorder/worker/worker_guard_exec.c \
	recorder/worker/worker_inside.c \
	recorder/worker/worker_line.c \
	recorder/worker/worker_mask.c recorder/worker/worker_menu.c \
	recorder/worker/worker_port.c \
	recorder/worker/worker_setup.c \
	recorder/worker/worker_tape.c \
	recorder/worker/worker_trail.c recorder/trail/frame.h \
	recorder/worker/worker_wish.c
recorder_postern_worker_LDADD = lib/record/librecord.a $(MASK_LIBS) lib/wire/libwire.a lib/base/libbase.a \
	$(SODIUM_LIBS) $(ZSTD_LIBS) -lpthread
# end of the session

# The daemon: posternd starts gate and keeper; what a process may not do, its binary does not link.
sbin_PROGRAMS += recorder/posternd
recorder_posternd_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)
recorder_posternd_SOURCES = recorder/keeper/posternd.c recorder/keeper/daemon.c recorder/keeper/daemon.h recorder/keeper/setup.c recorder/keeper/setup.h \
	recorder/policy/policy_sample.c
recorder_posternd_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(SYSTEMD_LIBS)

# Copies of the key slots on a second host.
pkglibexec_PROGRAMS += recorder/postern-replica
recorder_postern_replica_SOURCES = recorder/keep/replica_main.c recorder/keep/lines.c recorder/keep/lines.h
recorder_postern_replica_LDADD = lib/store/libstore.a lib/proof/libproof.a lib/base/libbase.a $(SQLITE_LIBS) $(SODIUM_LIBS)
# end of the copies

# Backup and restore.
pkglibexec_PROGRAMS += recorder/postern-backup
recorder_postern_backup_SOURCES = recorder/keep/backup_main.c recorder/keep/backup.c recorder/keep/backup.h recorder/keep/restore.c \
	recorder/keep/manifest.c recorder/keep/manifest.h recorder/keep/fetch.c recorder/keep/fetch.h recorder/keep/lines.c recorder/keep/lines.h
recorder_postern_backup_LDADD = lib/store/libstore.a lib/proof/libproof.a lib/wire/libwire.a lib/base/libbase.a $(SQLITE_LIBS) $(SODIUM_LIBS) $(JANSSON_LIBS)
# end of backup and restore

# Witnesses of the log: the second host's side, and the bastion's.
pkglibexec_PROGRAMS += recorder/postern-witness recorder/postern-attest
recorder_postern_witness_SOURCES = recorder/witness/witness_main.c recorder/witness/judge.c recorder/witness/judge.h
recorder_postern_witness_LDADD = lib/proof/libproof.a lib/base/libbase.a $(SODIUM_LIBS)
recorder_postern_attest_SOURCES = recorder/witness/attest_main.c recorder/witness/courier.c recorder/witness/courier.h \
	recorder/out/progress.c recorder/out/progress.h
recorder_postern_attest_LDADD = lib/store/libstore.a lib/proof/libproof.a lib/base/libbase.a $(SQLITE_LIBS) $(SODIUM_LIBS)
# end of witnesses

# Events for others.
pkglibexec_PROGRAMS += recorder/postern-out
recorder_postern_out_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS)
recorder_postern_out_SOURCES = recorder/out/out_main.c recorder/out/frame.c recorder/out/frame.h recorder/out/progress.c recorder/out/progress.h \
	recorder/out/sink.h recorder/out/sink_file.c recorder/out/sink_run.c recorder/out/sink_syslog.c
recorder_postern_out_LDADD = lib/store/libstore.a lib/proof/libproof.a lib/base/libbase.a $(SQLITE_LIBS) $(SODIUM_LIBS) $(JANSSON_LIBS)
# end of events for others

pkglibexec_PROGRAMS += recorder/postern-gate recorder/postern-keeper
recorder_postern_gate_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(JANSSON_CFLAGS)
recorder_postern_gate_SOURCES = \
	recorder/gate/gate.c recorder/gate/gate.h \
	recorder/gate/gate_aide.c recorder/gate/gate_aide.h \
	recorder/gate/gate_ask.c recorder/gate/gate_ask.h \
	recorder/gate/gate_glass.c recorder/gate/gate_glass.h \
	recorder/gate/gate_hold.c recorder/gate/gate_hold.h \
	recorder/gate/gate_backup.c recorder/gate/gate_backup.h \
	recorder/gate/gate_audit.c recorder/gate/gate_audit.h recorder/gate/gate_report.c recorder/gate/gate_report_rows.c recorder/gate/gate_report.h \
	recorder/gate/gate_could.c recorder/gate/members.c recorder/gate/members.h recorder/gate/gate_versions.c recorder/gate/gate_versions.h \
	recorder/gate/gate_enter.c recorder/gate/gate_erase.c recorder/gate/gate_erase.h \
	recorder/gate/gate_keeper.c recorder/gate/gate_keeper.h recorder/keeper/keeper.h \
	recorder/gate/gate_head.c recorder/gate/gate_head.h \
	recorder/gate/gate_login.c recorder/gate/gate_login.h recorder/gate/gate_log.c recorder/gate/gate_log.h \
	recorder/gate/gate_mask.c recorder/gate/gate_mask.h \
	recorder/gate/gate_replica.c recorder/gate/gate_replica.h \
	recorder/gate/gate_retention.c recorder/gate/gate_retention.h \
	recorder/gate/gate_rows.c \
	recorder/gate/gate_rules.c recorder/gate/gate_rules.h \
	recorder/gate/gate_extend.c recorder/gate/gate_extend.h recorder/gate/gate_freeze.c \
	recorder/gate/gate_keys.c recorder/gate/gate_keys.h \
	recorder/gate/gate_deposit.c recorder/gate/gate_deposit.h \
	recorder/gate/gate_layers.c recorder/gate/gate_layers.h \
	recorder/gate/gate_opening.c recorder/gate/gate_opening.h \
	recorder/gate/gate_watch.c recorder/gate/gate_watch.h \
	recorder/gate/gate_guard.c recorder/gate/gate_guard.h \
	recorder/gate/gate_return.c recorder/gate/gate_return.h \
	recorder/gate/gate_session.c recorder/gate/gate_session.h \
	recorder/gate/live.c recorder/gate/live.h recorder/gate/live_report.c recorder/gate/live_report.h recorder/gate/change_words.c recorder/gate/gate_change.c \
	recorder/gate/gate_change.h recorder/gate/gate_refused.c recorder/gate/gate_refused.h recorder/gate/live_watch.c \
	recorder/gate/peer.c recorder/gate/peer.h \
	recorder/gate/gate_signed.c recorder/gate/gate_signed.h \
	recorder/gate/signer.c recorder/gate/signer.h \
	recorder/gate/remains.c recorder/gate/remains.h recorder/gate/gate_files.c recorder/gate/gate_files.h \
	recorder/gate/gate_trouble.c recorder/gate/gate_trouble.h \
	recorder/gate/gate_wrap.c recorder/gate/gate_wrap.h \
	recorder/gate/who.c recorder/gate/who.h \
	recorder/keeper/daemon.c recorder/keeper/daemon.h
recorder_postern_gate_LDADD = lib/store/libstore.a lib/proof/libproof.a lib/wire/libwire.a lib/record/librecord.a recorder/libgroups.a $(MASK_LIBS) $(POLICY_LIBS) \
	$(SQLITE_LIBS) $(EVENT_LIBS) $(JANSSON_LIBS)
recorder_postern_keeper_SOURCES = recorder/keeper/keeper.c recorder/keeper/keeper.h recorder/keeper/launch.c recorder/keeper/contract.h \
	recorder/client/wardens.c recorder/client/wardens.h \
	recorder/keeper/daemon.c recorder/keeper/daemon.h
recorder_postern_keeper_LDADD = recorder/libroletable.a lib/wire/libwire.a $(CAGE_LIBS)

# The client, front door of all commands.
bin_PROGRAMS += recorder/postern
recorder_postern_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
recorder_postern_SOURCES = \
	recorder/client/postern.c recorder/client/commands.h \
	recorder/client/ask.c recorder/client/ask.h \
	recorder/client/sign.c recorder/client/sign.h recorder/client/cmd_approver.c recorder/client/cmd_engineer.c recorder/client/cmd_keygen.c recorder/client/cmd_keys.c recorder/client/cmd_redact.c recorder/client/cmd_hold.c recorder/client/cmd_retention.c recorder/client/cmd_sftp.c recorder/client/cmd_try.c \
	recorder/client/enter.c recorder/client/enter.h \
	recorder/client/guard.c recorder/client/guard.h recorder/client/layer.c recorder/client/layer.h \
	recorder/client/menu.c \
	recorder/client/pane.c recorder/client/pane.h \
	recorder/client/record.c recorder/client/record.h recorder/client/record_mask.c recorder/client/record_run.c \
	recorder/client/replay.c recorder/client/replay.h \
	recorder/client/rules.c recorder/client/rules.h \
	recorder/client/stdio.c \
	recorder/client/tour.c recorder/client/tour.h recorder/client/tour_split.c
recorder_postern_LDADD = $(MASK_LIBS) recorder/libmaskshipped.a $(MASKLOAD_LIBS) $(RELAY_LIBS) $(ADMIN_LIBS) lib/store/libstore.a lib/proof/libproof.a lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)
# end of the daemon

