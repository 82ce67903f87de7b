# SPDX-License-Identifier: ISC
# Makes recorder/mask_builtin.c of the files of rules that it is given: each becomes one C string.
BEGIN {
	print "/* SPDX-License-Identifier: ISC */"
	print "/* The shipped masking rules. Made by recorder/mask_builtin.awk; edit share/rules.d instead. */"
	print "#include \"config.h\"\n\n#include \"recorder/mask/mask_rules.h\"\n"
}

FNR == 1 {
	if (files > 0)
		print ";\n"
	name[++files] = FILENAME
	printf "static const char text_%d[] =\n", files
}

{
	gsub(/\\/, "&&")
	gsub(/["?]/, "\\\\&")	# the mark as well, or there would be trigraphs
	printf "    \"%s\\n\"\n", $0
}

END {
	print "    ;\n\nconst struct mask_text mask_builtin[] = {"
	for (i = 1; i <= files; i++) {
		sub(/.*\//, "", name[i])
		printf "\t{ \"%s\", text_%d, sizeof text_%d - 1 },\n", name[i], i, i
	}
	print "};\n\nconst size_t mask_builtin_count = sizeof mask_builtin / sizeof mask_builtin[0];"
}
