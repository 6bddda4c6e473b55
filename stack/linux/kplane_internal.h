/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_KPLANE_INTERNAL_H
#define LINUX_KPLANE_INTERNAL_H

/* What the files of the kernel plane share. Each kind of object has an apply
 * function with the arguments of kplane_apply, and an adopt function that
 * reports what it finds in the kernel by kplane_found. Both return 0 or a
 * negative errno. An apply function is idempotent: it can run again after it
 * failed half way, and removing what is gone is success. */
#include "linux/cutcheck.h"
#include "linux/journal.h"
#include "linux/kplane.h"
#include "linux/nlsock.h"
#include "linux/srccheck.h"

/* The metric that the kernel gives to an IPv6 route without one. */
#define KPLANE_METRIC 1024u

/* Kinds of our own in the journal, beside those of the core. */
enum kplane_record {
	KPLANE_RECORD_SYSCTL = MIP6_RECORD_KINDS, /* old value of an object's setting */
	KPLANE_RECORD_SIDE,			  /* of an interface that changed with the node */
	KPLANE_RECORD_LOAN,			  /* lifetimes of an address that is not ours */
};

/* An object of a former process. */
/* The key fields of any object, in an order that memcmp can sort. */
struct kplane_key {
	uint32_t kind;
	uint32_t a;
	uint32_t b;
	uint32_t len;
	struct mip6_addr addr;
};

struct kplane_adopted {
	struct mip6_object object;
	struct kplane_key key; /* of the object; a list of 200,000 is sorted by it */
	bool whole;	       /* all its parts are there; else it is added anew when wanted */
	bool claimed;	       /* asked for since */
};

struct kplane_list {
	struct kplane_adopted *items;
	size_t count;
	size_t room;
};

/* Packets to be cut (kplane_cut.c); descriptors are -1 where there is none. */
struct kplane_cut {
	enum mip6_device device; /* the tunnel that it serves, or none */
	struct mip6_object wanted;
	struct cutcheck check;
	int tun;		/* where they come from */
	int out;		/* the socket that cuts them */
	int too_big;		/* Packet Too Big about packets of our tunnel */
	int wake;		/* readable: the way to the home agent is to be asked for */
	int poll;		/* all of these */
	unsigned ifindex;	/* of the TUN device */
	bool stale;		/* wake was written to */
	struct mip6_addr local; /* ends of a mobile node's tunnel */
	struct mip6_addr remote;
	unsigned out_ifindex; /* by which the home agent is reached; 0: not known */
	char lacks[64];	      /* why nothing is cut; empty: it is */
};

struct kplane {
	struct nlsock route;
	struct nlsock xfrm;
	struct nlsock xfrm_events;
	struct nlsock reports;
	int settings_fd; /* inotify, -1: none */
	struct kplane_watched *watched;
	size_t watched_count;
	struct journal *journal;  /* old sysctl values */
	struct journal_load load; /* of it */
	struct srccheck check;
	struct kplane_cut cut;
	int rh2_error; /* why own packets have no routing header; 0: they have */
	unsigned devices[MIP6_DEVICE_HA + 1]; /* ifindex of ours, 0: not there */
	struct kplane_list adopted;	      /* sorted by key after kplane_adopt */
	struct kplane_list borrowed;	      /* wanted, but there before us: never removed */
	bool was_there;	  /* what is applied was missed: others have no claim to its place */
	const char *step; /* which part of an object failed */
	char error[640];
};

/* Notes an object found in the kernel. -ENOMEM. */
int kplane_found(struct kplane *k, const struct mip6_object *object, bool whole);
/* After kplane_adopt has sorted them: whether an object of this key was found. */
bool kplane_is_found(const struct kplane *k, const struct mip6_object *object);
/* An object that the kernel has and another made: counts as found where it is borrowed. */
int kplane_found_lent(struct kplane *k, const struct mip6_object *object);
/* An object that was there before us, equal to what is wanted. -ENOMEM. */
int kplane_borrow(struct kplane *k, const struct mip6_object *object);
/* True when it was borrowed; it is not any more. */
bool kplane_give_back(struct kplane *k, const struct mip6_object *object);
/* ifindex of a real interface or of our device; 0: our device does not exist. */
unsigned kplane_index(const struct kplane *k, unsigned ifindex, enum mip6_device device);
/* The device of ours that has this index, or MIP6_DEVICE_NONE. */
enum mip6_device kplane_device_of(const struct kplane *k, unsigned ifindex);
/* 0 for errors that say that what was to be removed is not there. */
int kplane_removed(int err);

/* kplane_device.c */
int kplane_device_apply(struct kplane *k, const struct mip6_object *was,
			const struct mip6_object *is);
int kplane_device_adopt(struct kplane *k);
/* kplane_ingress.c: the source check's filter at a device; 0 with *ret_program
 * 0 when there is none. */
int kplane_ingress_attach(struct kplane *k, unsigned ifindex);
int kplane_ingress_find(struct kplane *k, unsigned ifindex, uint32_t *ret_program);
/* What cuts packets, at a device's egress (kplane_cut.c). */
int kplane_cut_attach(struct kplane *k, unsigned ifindex, int program);
bool kplane_cut_there(struct kplane *k, unsigned ifindex);
/* What puts type 2 routing headers into the home agent's own packets (rh2out.h), behind
 * the source check, whose table it uses. Where the kernel cannot, k->rh2_error says why,
 * and these packets go into the tunnel. */
void kplane_rh2_attach(struct kplane *k, unsigned ifindex);
bool kplane_rh2_there(struct kplane *k, unsigned ifindex);
/* kplane_cut.c */
struct kplane_cut kplane_cut_none(void);
int kplane_cut_open(struct kplane *k);
void kplane_cut_close(struct kplane *k);
/* An object was applied. */
void kplane_cut_follow(struct kplane *k, const struct mip6_object *was,
		       const struct mip6_object *is);
/* kplane_address.c */
int kplane_address_apply(struct kplane *k, const struct mip6_object *was,
			 const struct mip6_object *is);
int kplane_address_adopt(struct kplane *k);
/* kplane_loan.c: an address of another that would expire while we need it. */
struct kplane_loan {
	struct mip6_object address;
	uint32_t ifa_flags;
	uint8_t proto;
	uint32_t valid_s;     /* that remain */
	uint32_t preferred_s; /* UINT32_MAX: for ever */
};
/* Keeps its lifetimes in the journal and makes them endless. */
int kplane_loan_take(struct kplane *k, const struct kplane_loan *loan);
/* Gives the lifetimes back that it would have by now; 0 when there is no loan. */
int kplane_loan_return(struct kplane *k, const struct mip6_object *address);
/* Calls fn for each loan of a former process. */
void kplane_loan_each(const struct kplane *k,
		      void (*fn)(void *arg, const struct mip6_object *address), void *arg);
/* Addresses as they are now, borrowed ones with them; adoption forgets the latter. */
int kplane_address_read(struct kplane *k);
/* kplane_neighbour.c */
int kplane_neighbour_apply(struct kplane *k, const struct mip6_object *was,
			   const struct mip6_object *is);
int kplane_proxy_apply(struct kplane *k, const struct mip6_object *was,
		       const struct mip6_object *is);
int kplane_neighbour_adopt(struct kplane *k);
int kplane_proxy_read(struct kplane *k);
/* kplane_route.c; bindings are routes too */
int kplane_route_apply(struct kplane *k, const struct mip6_object *was,
		       const struct mip6_object *is);
int kplane_binding_apply(struct kplane *k, const struct mip6_object *was,
			 const struct mip6_object *is);
int kplane_route_adopt(struct kplane *k);
/* After adoption: takes entries of the source check away whose route was not
 * made before the former process died. */
void kplane_binding_prune(struct kplane *k);
/* kplane_rule.c */
int kplane_rule_apply(struct kplane *k, const struct mip6_object *was,
		      const struct mip6_object *is);
int kplane_rule_adopt(struct kplane *k);
/* kplane_sysctl.c */
int kplane_sysctl_apply(struct kplane *k, const struct mip6_object *was,
			const struct mip6_object *is);
int kplane_sysctl_adopt(struct kplane *k);
/* kplane_watch.c: what others do to settings and XFRM. */
void kplane_watch_open(struct kplane *k);
void kplane_watch_close(struct kplane *k);
/* A setting of ours, by its file, from its first value until it is given back. */
void kplane_watch_setting(struct kplane *k, enum mip6_sysctl name, uint32_t ifindex,
			  const char *path);
void kplane_unwatch_setting(struct kplane *k, enum mip6_sysctl name, uint32_t ifindex);
/* kplane_report.c: packets with a Home Address option and no binding. */
void kplane_report_open(struct kplane *k);
void kplane_report_close(struct kplane *k);
/* kplane_mh.c */
int kplane_mh_apply(struct kplane *k, const struct mip6_object *was, const struct mip6_object *is);
int kplane_mh_adopt(struct kplane *k);

#endif
