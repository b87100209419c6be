package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	serializerjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
)

// Writes what becomes of each line of cbor.txt, bytes and a note, as a Service: the line, the
// finding of strict decoding, the error or the object as JSON.
func decodeCbor(scheme *runtime.Scheme, path string) {
	lines, err := os.ReadFile("cbor.txt")
	check(err)
	reader := cbor.NewSerializer(scheme, scheme, cbor.Strict(true))
	writer := serializerjson.NewSerializerWithOptions(serializerjson.DefaultMetaFactory, scheme, scheme,
		serializerjson.SerializerOptions{})
	file, err := os.Create(path)
	check(err)
	defer file.Close()
	for _, line := range strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n") {
		text, note, _ := strings.Cut(line, "\t")
		data, err := hex.DecodeString(text)
		check(err)
		kind := core.SchemeGroupVersion.WithKind("Service")
		object, _, err := reader.Decode(data, &kind, nil)
		finding := ""
		if runtime.IsStrictDecodingError(err) {
			finding, err = strings.TrimPrefix(err.Error(), "strict decoding error: "), nil
		}
		result := ""
		if err != nil {
			result = err.Error()
		} else {
			object.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
			encoded, err := runtime.Encode(writer, object)
			check(err)
			result = strings.TrimSuffix(string(encoded), "\n")
		}
		fmt.Fprintf(file, "%s\t%s\t%s\t%s\n", text, note, finding, result)
	}
}
