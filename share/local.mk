# SPDX-License-Identifier: ISC
# What needs no compiler: manual pages, unit, sshd settings, completions, and the script for newcomers.
EXTRA_DIST += share/fresh.sh .ci/run

dist_man_MANS += share/man/postern.1 share/man/postern-console.1 share/man/postern-play.1 share/man/postern-report.1 \
	share/man/postern-policy.5 share/man/postern-recording.5 share/man/postern-rules.5 share/man/posternd.8

completionsdir = $(datadir)/bash-completion/completions
dist_completions_DATA = share/completions/postern

# Templates in which the paths of this installation are put.
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
sshdexampledir = $(pkgdatadir)/sshd
nodist_systemdsystemunit_DATA = share/units/posternd.service
nodist_sshdexample_DATA = share/sshd/postern.conf
share_templates = share/units/posternd.service.in share/units/sysusers.conf.in share/units/tmpfiles.conf.in \
	share/sshd/postern.conf.in
share_made = $(share_templates:.in=)
EXTRA_DIST += $(share_templates)
CLEANFILES += $(share_made)
noinst_DATA += share/units/sysusers.conf share/units/tmpfiles.conf

$(share_made): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's,[@]sbindir[@],$(sbindir),g' -e 's,[@]bindir[@],$(bindir),g' \
		-e 's,[@]pkgdatadir[@],$(pkgdatadir),g' \
		-e 's,[@]sysconfdir[@],$(sysconfdir),g' -e 's,[@]localstatedir[@],$(localstatedir),g' \
		-e 's,[@]GATE_USER[@],$(GATE_USER),g' -e 's,[@]WORKER_USER[@],$(WORKER_USER),g' \
		'$(srcdir)/$@.in' >$@.new && mv $@.new $@
share/units/posternd.service: share/units/posternd.service.in
share/units/sysusers.conf: share/units/sysusers.conf.in
share/units/tmpfiles.conf: share/units/tmpfiles.conf.in
share/sshd/postern.conf: share/sshd/postern.conf.in

# Both are called postern.conf where systemd looks for them. The wardens' PAM service is a setting of the administrator's
# once it is there: it is never overwritten, and removed only as long as it is ours.
pamdir = $(sysconfdir)/pam.d
install-data-local: share/units/sysusers.conf share/units/tmpfiles.conf
	$(MKDIR_P) '$(DESTDIR)$(sysusersdir)' '$(DESTDIR)$(tmpfilesdir)'
	$(INSTALL_DATA) share/units/sysusers.conf '$(DESTDIR)$(sysusersdir)/postern.conf'
	$(INSTALL_DATA) share/units/tmpfiles.conf '$(DESTDIR)$(tmpfilesdir)/postern.conf'
	$(MKDIR_P) '$(DESTDIR)$(pamdir)'
	test -e '$(DESTDIR)$(pamdir)/postern' || $(INSTALL_DATA) '$(srcdir)/share/pam/postern' '$(DESTDIR)$(pamdir)/postern'
uninstall-local:
	rm -f '$(DESTDIR)$(sysusersdir)/postern.conf' '$(DESTDIR)$(tmpfilesdir)/postern.conf'
	! cmp -s '$(srcdir)/share/pam/postern' '$(DESTDIR)$(pamdir)/postern' || rm -f '$(DESTDIR)$(pamdir)/postern'

# The commented sample of a policy; an administrator copies it to the settings and edits it.
samplepolicydir = $(pkgdatadir)/policy
dist_samplepolicy_DATA = share/policy/policy.yaml

# Marks for recordings, to be read by the profile of an account.
shelldir = $(pkgdatadir)/shell
dist_shell_DATA = share/shell/postern.bash share/shell/postern.zsh

# The wardens' PAM service as it was, to compare with.
samplepamdir = $(pkgdatadir)/pam
dist_samplepam_DATA = share/pam/postern
