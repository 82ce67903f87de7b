# SPDX-License-Identifier: ISC

# The cage of a session: warden and init.
check_PROGRAMS += tests/e2e/cage_test
tests_e2e_cage_test_SOURCES = tests/e2e/cage_test.c \
	tests/e2e/cage.c tests/e2e/cage.h tests/e2e/cage_cases.c tests/e2e/cage_cases.h \
	tests/e2e/cage_views.c tests/e2e/cage_ends.c tests/e2e/cage_many.c tests/e2e/cage_freeze.c tests/e2e/cage_refusals.c \
	tests/e2e/cage_rights.c tests/e2e/cage_evade.c tests/e2e/cage_escape.c tests/e2e/cage_psql.c tests/e2e/cage_may.c tests/e2e/cage_may.h \
	tests/e2e/cage_trail.c tests/e2e/cage_told.c tests/e2e/cage_told.h tests/e2e/cage_exact.c tests/e2e/cage_spawn.c \
	recorder/trail/btf.c recorder/trail/exact_bpf.c \
	tests/e2e/cage_probe.c tests/e2e/cage_probe.h tests/e2e/cage_try.c tests/e2e/cage_try.h tests/e2e/cage_reach.c tests/e2e/cage_plant.c
tests_e2e_cage_test_CPPFLAGS = $(AM_CPPFLAGS) -DCAGE_SOURCE='"$(abs_top_srcdir)"'
tests_e2e_cage_test_LDADD = lib/record/librecord.a lib/wire/libwire.a recorder/libcage.a lib/base/libbase.a $(SODIUM_LIBS)

# postern record.
noinst_PROGRAMS += tests/e2e/recording
tests_e2e_recording_LDADD = lib/record/librecord.a lib/base/libbase.a $(SODIUM_LIBS) $(ZSTD_LIBS)
check_SCRIPTS += tests/e2e/record_test.sh tests/e2e/record_kill_test.sh tests/e2e/record_full_test.sh tests/e2e/record_mask_test.sh tests/e2e/record_input_test.sh tests/e2e/record_psql_test.sh tests/e2e/record_lines_test.sh tests/e2e/redact_test.sh
EXTRA_DIST += tests/e2e/record.sh tests/e2e/postgres.sh
# end of postern record

# Bad days: the real programs with something killed, full, moved, flooded or set back. days_lib.sh is what they share.
noinst_PROGRAMS += tests/e2e/days_peer
tests_e2e_days_peer_LDADD = lib/record/librecord.a lib/wire/libwire.a lib/base/libbase.a $(ZSTD_LIBS) $(SODIUM_LIBS)
noinst_PROGRAMS += tests/e2e/days_lock
tests_e2e_days_lock_LDADD = $(SQLITE_LIBS)
check_SCRIPTS += tests/e2e/days_restart_test.sh tests/e2e/days_store_test.sh tests/e2e/days_peers_test.sh tests/e2e/days_clock_test.sh tests/e2e/days_disk_test.sh tests/e2e/days_grants_test.sh tests/e2e/days_root_test.sh tests/e2e/days_keys_test.sh
EXTRA_DIST += tests/e2e/days_lib.sh tests/e2e/acts_lib.sh tests/e2e/days_clock.c

# Preloaded by days_clock_test.sh: not linked, so it is built by hand.
tests/e2e/days_clock.so: tests/e2e/days_clock.c config.h
	$(AM_V_CC)$(CC) $(CPPFLAGS) -I. -D_GNU_SOURCE -shared -fPIC -O2 -o $@ $(srcdir)/tests/e2e/days_clock.c
noinst_DATA += tests/e2e/days_clock.so
CLEANFILES += tests/e2e/days_clock.so

# A busy gate, and a gate that is lied to.
noinst_PROGRAMS += tests/e2e/layers_probe
tests_e2e_layers_probe_LDADD = lib/record/librecord.a lib/wire/libwire.a lib/base/libbase.a $(ZSTD_LIBS) $(SODIUM_LIBS)
noinst_PROGRAMS += tests/e2e/gate_probe
tests_e2e_gate_probe_LDADD = lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS)
check_SCRIPTS += tests/e2e/gate_busy_test.sh tests/e2e/gate_full_test.sh tests/e2e/gate_worker_test.sh tests/e2e/gate_files_test.sh tests/e2e/gate_mask_test.sh
# end of a busy gate

# A bastion with Debian's own sshd. sshd_lib.sh is the stage that all share.
check_SCRIPTS += tests/e2e/sshd_work_test.sh tests/e2e/sshd_files_test.sh tests/e2e/sshd_wall_test.sh tests/e2e/sshd_apart_test.sh \
	tests/e2e/sshd_ways_test.sh tests/e2e/sshd_doctor_test.sh tests/e2e/sshd_ends_test.sh tests/e2e/sshd_guard_test.sh tests/e2e/sshd_input_test.sh tests/e2e/sshd_login_test.sh
noinst_PROGRAMS += tests/e2e/sshd_probe
tests_e2e_sshd_probe_LDADD = lib/base/libbase.a $(SODIUM_LIBS)
EXTRA_DIST += tests/e2e/sshd_lib.sh tests/e2e/sshd_preload.c
tests/e2e/sshd_preload.so: tests/e2e/sshd_preload.c config.h
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) -I. -shared -fPIC -O2 -o $@ $(srcdir)/tests/e2e/sshd_preload.c
noinst_DATA += tests/e2e/sshd_preload.so
CLEANFILES += tests/e2e/sshd_preload.so
# end of the bastion
# Both ways of `postern try`.
check_SCRIPTS += tests/e2e/try_test.sh

# A role's rights through a gate.
check_SCRIPTS += tests/e2e/may_test.sh tests/e2e/trail_test.sh
EXTRA_DIST += tests/e2e/trail_lib.sh

# The log, checked as an outsider does.
check_SCRIPTS += tests/e2e/log_verify_test.sh tests/e2e/log_acts_test.sh tests/e2e/log_damage_test.sh tests/e2e/sign_test.sh tests/e2e/evidence_test.sh tests/e2e/log_tiles_test.sh tests/e2e/report_test.sh
EXTRA_DIST += tests/e2e/log_tiles.py tests/e2e/report_forms.py
# end of the log

# Who decides, and how it is known. A security key in software is loaded by ssh-keygen and ssh-agent.
tests/e2e/sk_software.so: tests/e2e/sk_software.c config.h
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) -I. $(SODIUM_CFLAGS) -D_GNU_SOURCE -shared -fPIC -O2 -Wall -Wextra -o $@ $(srcdir)/tests/e2e/sk_software.c $(SODIUM_LIBS)
noinst_DATA += tests/e2e/sk_software.so
CLEANFILES += tests/e2e/sk_software.so
noinst_PROGRAMS += tests/e2e/sign_probe
tests_e2e_sign_probe_LDADD = lib/proof/libproof.a lib/wire/libwire.a lib/base/libbase.a $(SODIUM_LIBS)
check_SCRIPTS += tests/e2e/sign_sk_test.sh tests/e2e/sign_false_test.sh
EXTRA_DIST += tests/e2e/sk_software.c tests/e2e/sign_lib.sh
# end of who decides

# The raw disk.
check_SCRIPTS += tests/e2e/disk_image_test.sh tests/e2e/deletion_image_test.sh tests/e2e/apart_test.sh tests/e2e/replica_test.sh tests/e2e/backup_test.sh
EXTRA_DIST += tests/e2e/replica_lib.sh
# end of the raw disk

# Out to others.
check_SCRIPTS += tests/e2e/outputs_test.sh tests/e2e/witness_test.sh tests/e2e/wrap_test.sh tests/e2e/wrap_replica_test.sh
EXTRA_DIST += tests/e2e/outputs.py tests/e2e/witness.py
# end of out to others

# Roles from trails.
check_SCRIPTS += tests/e2e/learn_test.sh
# end of roles from trails

# The trail's second witness, and an attacker of it, who must be as quick under sanitizers.
noinst_PROGRAMS += tests/e2e/forge
tests_e2e_forge_CFLAGS = $(AM_CFLAGS) -pthread $(POSTERN_PLAIN)
tests_e2e_forge_LDFLAGS = $(AM_LDFLAGS) $(POSTERN_PLAIN)
check_SCRIPTS += tests/e2e/exact_test.sh tests/e2e/exact_root_test.sh
EXTRA_DIST += tests/e2e/exact_lib.sh
