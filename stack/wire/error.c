/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Texts for the one error convention of the stack. They complete a sentence
 * such as "packet dropped: ...", so none begins with a capital letter. */
#include <mip6/types.h>

const char *mip6_strerror(int err)
{
	static const char texts[][40] = {
	    [-MIP6_OK] = "success",
	    [-MIP6_ERR_TRUNCATED] = "fewer bytes than the format needs",
	    [-MIP6_ERR_LENGTH] = "a length field contradicts the message",
	    [-MIP6_ERR_CHECKSUM] = "checksum is wrong",
	    [-MIP6_ERR_TYPE] = "type is not known",
	    [-MIP6_ERR_PROTO] = "payload protocol is not 59",
	    [-MIP6_ERR_HOPLIMIT] = "hop limit is below 255",
	    [-MIP6_ERR_VALUE] = "a field has a forbidden value",
	    [-MIP6_ERR_DUPLICATE] = "present twice, allowed once",
	    [-MIP6_ERR_NOMEM] = "out of memory",
	    [-MIP6_ERR_SPACE] = "buffer is too small",
	    [-MIP6_ERR_NOTFOUND] = "not found",
	    [-MIP6_ERR_EXISTS] = "exists already",
	    [-MIP6_ERR_IO] = "system call failed",
	    [-MIP6_ERR_UNSUPPORTED] = "not supported by this host",
	    [-MIP6_ERR_CONFIG] = "configuration is not usable",
	    [-MIP6_ERR_STATE] = "not possible in this state",
	    [-MIP6_ERR_PERMISSION] = "not permitted",
	};

	if (err > 0 || err < MIP6_ERR_PERMISSION)
		return "unknown error";
	return texts[-err];
}
