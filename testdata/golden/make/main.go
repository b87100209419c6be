// Writes the golden files: each object of objects.json as Kubernetes' own serializers encode it, and
// what they make of odd CBOR.
//
//	go run . ../v1.37
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	serializerjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"

	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	discoverybeta "k8s.io/api/discovery/v1beta1"
	extensions "k8s.io/api/extensions/v1beta1"
	networking "k8s.io/api/networking/v1"
	networkingbeta "k8s.io/api/networking/v1beta1"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{core.AddToScheme, discovery.AddToScheme,
		discoverybeta.AddToScheme, extensions.AddToScheme, networking.AddToScheme,
		networkingbeta.AddToScheme} {
		check(add(scheme))
	}
	text, err := os.ReadFile("objects.json")
	check(err)
	var objects map[string]json.RawMessage
	check(json.Unmarshal(text, &objects))
	for name, raw := range objects {
		reader := serializerjson.NewSerializerWithOptions(serializerjson.DefaultMetaFactory, scheme,
			scheme, serializerjson.SerializerOptions{})
		object, gvk, err := reader.Decode(raw, nil, nil)
		check(err)
		object.GetObjectKind().SetGroupVersionKind(*gvk)
		// Once more, so that raw JSON is as the encoder prints it.
		plain, err := runtime.Encode(reader, object)
		check(err)
		object, gvk, err = reader.Decode(plain, nil, nil)
		check(err)
		object.GetObjectKind().SetGroupVersionKind(*gvk)
		group := gvk.Group
		if group == "" {
			group = "core"
		}
		stem := filepath.Join(os.Args[1],
			group+"."+gvk.Version+"."+gvk.Kind+"."+name)
		for ending, serializer := range map[string]runtime.Encoder{
			".json": serializerjson.NewSerializerWithOptions(serializerjson.DefaultMetaFactory, scheme,
				scheme, serializerjson.SerializerOptions{}),
			".yaml": serializerjson.NewSerializerWithOptions(serializerjson.DefaultMetaFactory, scheme,
				scheme, serializerjson.SerializerOptions{Yaml: true}),
			".pb":   protobuf.NewSerializer(scheme, scheme),
			".cbor": cbor.NewSerializer(scheme, scheme),
		} {
			file, err := os.Create(stem + ending)
			check(err)
			check(serializer.Encode(object, file))
			check(file.Close())
		}
	}
	decodeCbor(scheme, filepath.Join(os.Args[1], "..", "cbor", "decode.tsv"))
}
