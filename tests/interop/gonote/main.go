// Gonote checks what Rootkeep writes with Go's checksum database code:
// the checkpoint's 0x01 signature with sumdb/note, an inclusion and a
// consistency proof with sumdb/tlog. It prints OK, or the reason and exits 1.
//
//	gonote LOG.VKEY CHECKPOINT PROOF.JSON
//
// Build with Debian's golang-golang-x-mod-dev, offline:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o gonote main.go
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// proof is the JSON file: hashes in base64, a consistency proof from old_size
// to size and an inclusion proof of the leaf in size.
type proof struct {
	Leaf        []byte      `json:"leaf_b64"`
	Index       int64       `json:"index"`
	Size        int64       `json:"size"`
	Inclusion   []tlog.Hash `json:"inclusion"`
	OldSize     int64       `json:"old_size"`
	OldRoot     tlog.Hash   `json:"old_root"`
	Consistency []tlog.Hash `json:"consistency"`
}

func main() {
	if len(os.Args) != 4 {
		fail("usage: gonote LOG.VKEY CHECKPOINT PROOF.JSON")
	}
	origin, tree, err := openCheckpoint(os.Args[1], os.Args[2])
	if err != nil {
		fail(err)
	}
	if err := checkProofs(tree, os.Args[3]); err != nil {
		fail(err)
	}
	fmt.Println("OK", origin, tree.N, tree.Hash)
}

func fail(reason interface{}) {
	fmt.Fprintln(os.Stderr, "gonote:", reason)
	os.Exit(1)
}

// openCheckpoint verifies the note and reads its three lines.
func openCheckpoint(vkeyFile, noteFile string) (string, tlog.Tree, error) {
	var tree tlog.Tree
	vkey, err := os.ReadFile(vkeyFile)
	if err != nil {
		return "", tree, err
	}
	verifier, err := note.NewVerifier(strings.TrimSuffix(string(vkey), "\n"))
	if err != nil {
		return "", tree, err
	}
	msg, err := os.ReadFile(noteFile)
	if err != nil {
		return "", tree, err
	}
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return "", tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", tree, fmt.Errorf("the note's text is not three lines")
	}
	if lines[0] != verifier.Name() {
		return "", tree, fmt.Errorf("origin %q is not the key's name", lines[0])
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return "", tree, fmt.Errorf("the root is not a hash")
	}
	copy(tree.Hash[:], root)
	return lines[0], tree, nil
}

// checkProofs checks both proofs of the file against the checkpoint's tree.
func checkProofs(tree tlog.Tree, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var p proof
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return err
	}
	if p.Size != tree.N {
		return fmt.Errorf("the proof is for size %d, the checkpoint for %d", p.Size, tree.N)
	}
	leaf := tlog.RecordHash(p.Leaf)
	if err := tlog.CheckRecord(p.Inclusion, tree.N, tree.Hash, p.Index, leaf); err != nil {
		return fmt.Errorf("inclusion: %w", err)
	}
	if err := tlog.CheckTree(p.Consistency, tree.N, tree.Hash, p.OldSize, p.OldRoot); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	return nil
}
