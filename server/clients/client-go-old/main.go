// Command client-go-old drives a server with the client-go of Kubernetes 1.17, from 2019: versions of
// kinds that newer ones do not know, no watch lists, no aggregated discovery. Needs KUBECONFIG, and
// K8SNET_RESTART, a command that kills the server and starts it again. Prints a line for each check
// and ends with 1 if one failed.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1beta1 "k8s.io/api/discovery/v1beta1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const namespace = "client-go-old"

var failed bool

func check(name string, body func() error) {
	if err := body(); err != nil {
		failed = true
		fmt.Printf("FAIL client-go 0.17: %s: %s\n", name, strings.Join(strings.Fields(err.Error()), " "))
		return
	}
	fmt.Printf("ok client-go 0.17: %s\n", name)
}

func wanted[T any](what string, got, want T) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("%s: %v is not %v", what, got, want)
}

func eventually(what string, condition func() bool) error {
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return nil
		}
	}
	return errors.New("still not so: " + what)
}

func newClient(contentType string) *kubernetes.Clientset {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	config.QPS, config.Burst = 1000, 1000
	config.ContentType = contentType
	return kubernetes.NewForConfigOrDie(config)
}

func ingress(name string) *extensionsv1beta1.Ingress {
	return &extensionsv1beta1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: extensionsv1beta1.IngressSpec{
			Backend: &extensionsv1beta1.IngressBackend{ServiceName: "web", ServicePort: intstr.FromInt(80)},
			Rules: []extensionsv1beta1.IngressRule{{Host: "a.example.com",
				IngressRuleValue: extensionsv1beta1.IngressRuleValue{HTTP: &extensionsv1beta1.HTTPIngressRuleValue{
					Paths: []extensionsv1beta1.HTTPIngressPath{{Path: "/", Backend: extensionsv1beta1.IngressBackend{
						ServiceName: "web", ServicePort: intstr.FromString("http")}}}}}}},
		},
	}
}

func main() {
	binary := newClient(runtime.ContentTypeProtobuf)
	check("creates a namespace", func() error {
		_, err := binary.CoreV1().Namespaces().Create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
		return err
	})
	for _, contentType := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		checkKinds(newClient(contentType), contentType[strings.LastIndexAny(contentType, "./")+1:])
	}
	checkInformer(binary)
	check("deletes a namespace with what is in it", func() error {
		if err := binary.CoreV1().Namespaces().Delete(namespace, &metav1.DeleteOptions{}); err != nil {
			return err
		}
		return eventually("the namespace is gone", func() bool {
			_, err := binary.CoreV1().Namespaces().Get(namespace, metav1.GetOptions{})
			return apierrors.IsNotFound(err)
		})
	})
	if failed {
		os.Exit(1)
	}
}

func checkKinds(client *kubernetes.Clientset, form string) {
	first := client.ExtensionsV1beta1().Ingresses(namespace)
	second := client.NetworkingV1beta1().Ingresses(namespace)

	check(form+": finds the versions that it knows", func() error {
		lists, err := client.Discovery().ServerPreferredNamespacedResources()
		if err != nil {
			return err
		}
		for _, list := range lists {
			if list.GroupVersion == "extensions/v1beta1" {
				return nil
			}
		}
		return fmt.Errorf("no extensions/v1beta1 in %v", lists)
	})

	check(form+": writes an Ingress in one version and reads it in another", func() error {
		made, err := first.Create(ingress(form))
		if err != nil {
			return err
		}
		read, err := second.Get(form, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if err := errors.Join(wanted("backend", read.Spec.Backend,
			&networkingv1beta1.IngressBackend{ServiceName: "web", ServicePort: intstr.FromInt(80)}),
			wanted("port", read.Spec.Rules[0].HTTP.Paths[0].Backend.ServicePort, intstr.FromString("http")),
			wanted("uid", read.UID, made.UID)); err != nil {
			return err
		}
		read.Spec.Backend.ServicePort = intstr.FromInt(81)
		if _, err := second.Update(read); err != nil {
			return err
		}
		_, late := first.Update(made)
		if !apierrors.IsConflict(late) {
			return fmt.Errorf("no conflict: %v", late)
		}
		patched, err := first.Patch(form, types.StrategicMergePatchType, []byte(`{"metadata":{"labels":{"a":"b"}}}`))
		if err != nil {
			return err
		}
		patched.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.9"}}
		updated, err := first.UpdateStatus(patched)
		if err != nil {
			return err
		}
		return errors.Join(wanted("port", updated.Spec.Backend.ServicePort.IntValue(), 81),
			wanted("address", updated.Status.LoadBalancer.Ingress[0].IP, "192.0.2.9"))
	})

	check(form+": keeps the topology of an EndpointSlice", func() error {
		slices := client.DiscoveryV1beta1().EndpointSlices(namespace)
		topology := map[string]string{"topology.kubernetes.io/zone": "a", "kubernetes.io/hostname": "n", "other": "x"}
		address := discoveryv1beta1.AddressTypeIPv4
		if _, err := slices.Create(&discoveryv1beta1.EndpointSlice{
			ObjectMeta:  metav1.ObjectMeta{Name: form},
			AddressType: address,
			Endpoints:   []discoveryv1beta1.Endpoint{{Addresses: []string{"192.0.2.1"}, Topology: topology}},
		}); err != nil {
			return err
		}
		read, err := slices.Get(form, metav1.GetOptions{})
		if err != nil {
			return err
		}
		return wanted("topology", read.Endpoints[0].Topology, topology)
	})

	check(form+": lists by pages, deletes by collection", func() error {
		for i := range 25 {
			object := ingress(fmt.Sprintf("%s-%02d", form, i))
			object.Labels = map[string]string{"form": form}
			if _, err := first.Create(object); err != nil {
				return err
			}
		}
		count, pages, token := 0, 0, ""
		for pages == 0 || token != "" {
			page, err := second.List(metav1.ListOptions{Limit: 10, Continue: token, LabelSelector: "form=" + form})
			if err != nil {
				return err
			}
			count, pages, token = count+len(page.Items), pages+1, page.Continue
		}
		return errors.Join(wanted("count", count, 25), wanted("pages", pages, 3),
			first.DeleteCollection(&metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "form=" + form}))
	})
}

// noise changes an object so often, and with so much in it, that the server forgets what was before.
func noise(client *kubernetes.Clientset) error {
	ingresses := client.NetworkingV1beta1().Ingresses(namespace)
	if _, err := client.ExtensionsV1beta1().Ingresses(namespace).Create(ingress("noise")); err != nil {
		return err
	}
	for i := range 300 {
		patch := fmt.Sprintf(`{"metadata":{"annotations":{"noise":"%d%s"}}}`, i, strings.Repeat(".", 250_000))
		if _, err := ingresses.Patch("noise", types.MergePatchType, []byte(patch)); err != nil {
			return err
		}
	}
	return ingresses.Delete("noise", &metav1.DeleteOptions{})
}

func checkInformer(client *kubernetes.Clientset) {
	check("an informer goes on after a restart, and while history is lost", func() error {
		var mutex sync.Mutex
		var events []string
		note := func(what string, object any) {
			if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = gone.Obj
			}
			if name := object.(*networkingv1beta1.Ingress).Name; strings.HasPrefix(name, "inform") {
				mutex.Lock()
				defer mutex.Unlock()
				events = append(events, what+" "+name)
			}
		}
		happened := func(event string) func() bool {
			return func() bool {
				mutex.Lock()
				defer mutex.Unlock()
				return slices.Contains(events, event)
			}
		}
		stop := make(chan struct{})
		defer close(stop)
		factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
		factory.Networking().V1beta1().Ingresses().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(object any) { note("add", object) },
			DeleteFunc: func(object any) { note("delete", object) },
		})
		factory.Start(stop)
		factory.WaitForCacheSync(stop)

		ingresses := client.ExtensionsV1beta1().Ingresses(namespace)
		if _, err := ingresses.Create(ingress("informed")); err != nil {
			return err
		}
		if err := eventually("it sees what is new", happened("add informed")); err != nil {
			return err
		}
		if out, err := exec.Command("sh", "-c", os.Getenv("K8SNET_RESTART")).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		if err := noise(client); err != nil {
			return err
		}
		if err := ingresses.Delete("informed", &metav1.DeleteOptions{}); err != nil {
			return err
		}
		if err := eventually("it sees what went", happened("delete informed")); err != nil {
			return err
		}
		return wanted("events", events, []string{"add informed", "delete informed"})
	})
}
