// A log as static files, checked by Go's own transparency-log packages (golang.org/x/mod/sumdb):
// the signed note, every tile, the entries, inclusion and consistency. `main FOLDER`.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func refuse(format string, args ...interface{}) {
	check(fmt.Errorf(format, args...))
}

// folder serves tiles; C2SP's paths leave out the height, and call data tiles entries.
type folder string

func (f folder) Height() int                      { return height }
func (f folder) SaveTiles([]tlog.Tile, [][]byte)  {}
func (f folder) read(name string) ([]byte, error) { return os.ReadFile(filepath.Join(string(f), name)) }
func (f folder) path(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		bytes, err := f.read(f.path(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}

// head opens the note with the folder's verifier key: the tree that it signs.
func (f folder) head() tlog.Tree {
	vkey, err := f.read("vkey")
	check(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check(err)
	message, err := f.read("checkpoint")
	check(err)
	signed, err := note.Open(message, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() || len(lines) < 3 {
		refuse("the note is of %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// entries are each of 16 bits of length and that many bytes, 256 to a bundle.
func (f folder) entries(size int64) [][]byte {
	var all [][]byte
	for start := int64(0); start < size; start += 1 << height {
		width := size - start
		if width > 1<<height {
			width = 1 << height
		}
		bundle, err := f.read(f.path(tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)}))
		check(err)
		for len(bundle) >= 2 {
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if end > len(bundle) {
				refuse("an entry that is cut short")
			}
			all = append(all, bundle[2:end])
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			refuse("bytes left over in a bundle")
		}
	}
	if int64(len(all)) != size {
		refuse("%d entries of %d", len(all), size)
	}
	return all
}

// tiles are each as the entries have them, not only as the proofs below happen to ask for.
func (f folder) tiles(size int64, hashes []tlog.Hash) int {
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, hashes[index])
		}
		return found, nil
	})
	all := tlog.NewTiles(height, 0, size)
	last := map[string]tlog.Tile{} // NewTiles names the partial tiles on the way too
	for _, tile := range all {
		last[fmt.Sprint(tile.L, "/", tile.N)] = tile
	}
	for _, tile := range last {
		want, err := tlog.ReadTileData(tile, reader)
		check(err)
		held, err := f.read(f.path(tile))
		check(err)
		if !bytes.Equal(want, held) {
			refuse("a wrong tile %s", f.path(tile))
		}
	}
	return len(last)
}

func main() {
	if len(os.Args) != 2 {
		refuse("usage: main FOLDER")
	}
	f := folder(os.Args[1])
	tree := f.head()
	reader := tlog.TileHashReader(tree, f)
	var hashes []tlog.Hash // as tlog stores them
	kept := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, hashes[index])
		}
		return found, nil
	})
	entries := f.entries(tree.N)
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, kept)
		check(err)
		hashes = append(hashes, more...)
	}
	root, err := tlog.TreeHash(tree.N, kept)
	check(err)
	if root != tree.Hash {
		refuse("the entries give another root")
	}
	count := f.tiles(tree.N, hashes)
	for i := int64(0); i < tree.N; i += 1 + tree.N/50 {
		inclusion, err := tlog.ProveRecord(tree.N, i, reader)
		check(err)
		check(tlog.CheckRecord(inclusion, tree.N, tree.Hash, i, tlog.RecordHash(entries[i])))
		consistency, err := tlog.ProveTree(tree.N, i+1, reader)
		check(err)
		older, err := tlog.TreeHash(i+1, kept)
		check(err)
		check(tlog.CheckTree(consistency, tree.N, tree.Hash, i+1, older))
	}
	fmt.Printf("%d entries, %d tiles\n", tree.N, count)
}
